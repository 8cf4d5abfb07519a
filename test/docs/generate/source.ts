import { readdirSync } from 'node:fs';
import ts from 'typescript';

/** What TypeScript alone knows of the domain: comments, and shapes that are gone at run time. */
export interface DomainSource {
  /** The types of what is exported under this name by a file that declares events, by event. */
  readonly checker: ts.TypeChecker;
  readonly files: readonly ts.SourceFile[];
}

/** Reads every source file of the domain but its specs. */
export function readDomain(): DomainSource {
  const names = readdirSync('libs/domain', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'))
    .map((name) => `libs/domain/${name.replaceAll('\\', '/')}`)
    .sort();
  const { config } = ts.readConfigFile('tsconfig.base.json', (path) => ts.sys.readFile(path)) as { config: unknown };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, '.', { noEmit: true }, undefined, undefined, []);
  const program = ts.createProgram(names, options);
  const files = names.flatMap((name) => program.getSourceFile(name) ?? []);
  return { checker: program.getTypeChecker(), files };
}

/** The comment above a property, in one line. */
export const commentOf = (symbol: ts.Symbol, checker: ts.TypeChecker): string =>
  ts.displayPartsToString(symbol.getDocumentationComment(checker)).replace(/\s+/g, ' ').trim();

/** Every node of a file, from the outside inwards. */
export function* nodesOf(node: ts.Node): Generator<ts.Node> {
  yield node;
  const parts: ts.Node[] = [];
  ts.forEachChild(node, (part) => void parts.push(part));
  for (const part of parts) yield* nodesOf(part);
}

/** The comments of the fields of every class: class → field → comment. Fields that it inherits are among them. */
export function classComments({ checker, files }: DomainSource): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const comments = new Map<string, ReadonlyMap<string, string>>();
  for (const file of files) {
    for (const node of nodesOf(file)) {
      if (!ts.isClassDeclaration(node) || !node.name) continue;
      const fields = checker.getTypeAtLocation(node).getProperties();
      comments.set(node.name.text, new Map(fields.map((field) => [field.name, commentOf(field, checker)])));
    }
  }
  return comments;
}

/**
 * Which events a command may record: those that the function that decides on it, or one that it calls, states as facts.
 *
 * @returns command → events
 */
export function eventsByCommand(
  { checker, files }: DomainSource,
  commands: ReadonlySet<string>,
  events: ReadonlySet<string>,
): ReadonlyMap<string, ReadonlySet<string>> {
  const own = new Set(files);

  /** Follows a name to the function that it stands for, if that is one of the domain's own. */
  const functionOf = (name: ts.Node): ts.Node | undefined => {
    const symbol = ts.isShorthandPropertyAssignment(name.parent)
      ? checker.getShorthandAssignmentValueSymbol(name.parent)
      : checker.getSymbolAtLocation(name);
    if (!symbol) return undefined;
    const aliased = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    const declared = aliased.valueDeclaration;
    if (!declared || !own.has(declared.getSourceFile())) return undefined;
    if (ts.isFunctionDeclaration(declared)) return declared;
    return ts.isVariableDeclaration(declared) ? declared.initializer : undefined;
  };

  const stated = (from: ts.Node, seen: Set<ts.Node>, found: Set<string>): Set<string> => {
    if (seen.has(from)) return found;
    seen.add(from);
    for (const node of nodesOf(from)) {
      if (ts.isCallExpression(node)) {
        const [type] = node.arguments;
        if (type && ts.isStringLiteral(type) && events.has(type.text)) found.add(type.text);
      }
      if (ts.isIdentifier(node) && !ts.isPropertyAccessExpression(node.parent)) {
        const called = functionOf(node);
        if (called) stated(called, seen, found);
      }
    }
    return found;
  };

  const recorded = new Map<string, Set<string>>();
  for (const file of files) {
    for (const node of nodesOf(file)) {
      const rule = ruleIn(node, commands);
      if (!rule) continue;
      const found = recorded.get(rule.command) ?? new Set();
      recorded.set(rule.command, stated(rule.decides, new Set(), found));
    }
  }
  return recorded;
}

/** A line of a `decide` map: `QualifyLead: (command, state) => …`. */
function ruleIn(node: ts.Node, commands: ReadonlySet<string>): { command: string; decides: ts.Node } | undefined {
  if (!ts.isPropertyAssignment(node) && !ts.isShorthandPropertyAssignment(node) && !ts.isMethodDeclaration(node)) {
    return undefined;
  }
  if (!ts.isIdentifier(node.name) || !commands.has(node.name.text)) return undefined;
  return { command: node.name.text, decides: ts.isPropertyAssignment(node) ? node.initializer : node };
}
