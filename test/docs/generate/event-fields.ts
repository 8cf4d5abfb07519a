import ts from 'typescript';
import type { EventCatalogue } from '../../../libs/kernel/index.js';
import { commentOf, nodesOf, type DomainSource } from './source.js';

/** A field of an event as the catalogue shows it; of a nested part, with its path: `lines[].price`. */
export interface EventField {
  readonly path: string;
  readonly type: string;
  readonly optional: boolean;
  readonly personal: boolean;
  readonly doc: string;
}

/** Types that are shown by what they mean instead of what they are made of. */
const words: Readonly<Record<string, string>> = {
  Instant: 'instant',
  LocalDate: 'day',
  Money: 'money',
  Rule: 'rule of a segment',
};

/** More than an event has. */
const deepest = 5;

/** The fields of every event that the catalogue knows, in the order in which they are declared. */
export function eventFields(
  { checker, files }: DomainSource,
  catalogue: EventCatalogue,
): ReadonlyMap<string, readonly EventField[]> {
  const orders = constantLists(files);

  const literals = (types: readonly ts.Type[], node: ts.TypeNode | undefined): string => {
    const texts = types.flatMap((type) => (type.isStringLiteral() ? [type.value] : []));
    const written =
      node && ts.isUnionTypeNode(node)
        ? node.types.flatMap((one) =>
            ts.isLiteralTypeNode(one) && ts.isStringLiteral(one.literal) ? one.literal.text : [],
          )
        : [];
    const order = [written, ...orders].find((list) => texts.every((text) => list.includes(text))) ?? texts.toSorted();
    return order
      .filter((text) => texts.includes(text))
      .map((text) => `\`${text}\``)
      .join(', ');
  };

  /** The type in words, and the parts that get lines of their own. */
  const described = (
    declared: ts.Type,
    declaredBy: ts.TypeNode | undefined,
  ): { readonly words: string; readonly parts?: readonly ts.Type[]; readonly list?: true } => {
    const node = declaredBy && bare(declaredBy);
    const named = node && ts.isTypeReferenceNode(node) ? words[node.typeName.getText()] : undefined;
    if (named !== undefined) return { words: named };
    const type = checker.getNonNullableType(declared);
    const types = type.isUnion() ? type.types : [type];
    if (types.every((one) => one.isStringLiteral())) return { words: literals(types, node) };
    if (types.every((one) => one.flags & ts.TypeFlags.BooleanLike)) return { words: 'true or false' };
    if (type.flags & ts.TypeFlags.StringLike) return { words: 'text' };
    if (type.flags & ts.TypeFlags.Number) return { words: 'number' };
    if (type.isNumberLiteral()) return { words: String(type.value) };
    const element = checker.isArrayType(type) ? checker.getTypeArguments(type as ts.TypeReference)[0] : undefined;
    if (element) {
      const inner = described(element, node && ts.isArrayTypeNode(node) ? node.elementType : undefined);
      return {
        words: `list of ${inner.parts ? 'objects' : inner.words}`,
        ...(inner.parts && { parts: inner.parts, list: true }),
      };
    }
    const objects = types.every((one) => one.flags & ts.TypeFlags.Object && !checker.isArrayType(one));
    const value = type.getStringIndexType();
    if (objects && value) return { words: `object of ${described(value, undefined).words}` };
    if (objects) return { words: 'object', parts: types };
    if (types.length < 2)
      return { words: type.flags & ts.TypeFlags.Unknown ? 'any value' : checker.typeToString(type) };
    return { words: [...new Set(types.map((one) => described(one, undefined).words))].toSorted().join(' or ') };
  };

  const fieldsOf = (
    parts: readonly ts.Type[],
    prefix: string,
    personal: boolean,
    within: readonly ts.Type[],
  ): EventField[] => {
    const names = [...new Set(parts.flatMap((part) => part.getProperties().map(({ name }) => name)))];
    return names.flatMap((name) => {
      const symbols = parts.flatMap((part) => part.getProperty(name) ?? []);
      const [symbol] = symbols;
      if (!symbol) return [];
      const declaration = symbol.declarations?.[0];
      const node = declaration && ts.isPropertySignature(declaration) ? declaration.type : undefined;
      const types = symbols.map((one) => checker.getTypeOfSymbol(one));
      const alike = symbols.length === 1 || types.every((type) => type === types[0]);
      const all = types.map((type) => described(type, alike ? node : undefined));
      const path = `${prefix}${name}`;
      const field: EventField = {
        path,
        type: asId(name, [...new Set(all.map((one) => one.words))].join(', or ')),
        optional: symbols.length < parts.length || symbols.some(({ flags }) => flags & ts.SymbolFlags.Optional),
        personal,
        doc: commentOf(symbol, checker),
      };
      const nested = [...new Set(all.flatMap((one) => one.parts ?? []))].filter((part) => !within.includes(part));
      if (nested.length === 0 || within.length > deepest) return [field];
      const inner = `${path}${all.some(({ list }) => list) ? '[]' : ''}.`;
      return [field, ...fieldsOf(nested, inner, personal, [...within, ...nested])];
    });
  };

  const found = new Map<string, readonly EventField[]>();
  for (const file of files) {
    for (const node of nodesOf(file)) {
      if (!ts.isInterfaceDeclaration(node) && !ts.isTypeAliasDeclaration(node)) continue;
      for (const event of checker.getTypeAtLocation(node).getProperties()) {
        if (!catalogue.has(event.name) || found.has(event.name)) continue;
        const shape = checker.getTypeOfSymbol(event);
        const [open, personal] = ['open', 'personal'].map((half) => shape.getProperty(half));
        if (!open || !personal) continue;
        found.set(event.name, [
          ...fieldsOf([checker.getTypeOfSymbol(open)], '', false, []),
          ...fieldsOf([checker.getTypeOfSymbol(personal)], '', true, []),
        ]);
      }
    }
  }
  return found;
}

/** Ids are text like any other, but not to a reader. */
function asId(name: string, type: string): string {
  if (name.endsWith('Id') && type === 'text') return 'id';
  return name.endsWith('Ids') && type === 'list of text' ? 'list of ids' : type;
}

/** A type without what says nothing to a reader: `readonly`, brackets, the branch for what is left out. */
function bare(node: ts.TypeNode): ts.TypeNode {
  if (ts.isTypeOperatorNode(node)) return bare(node.type);
  if (ts.isParenthesizedTypeNode(node)) return bare(node.type);
  return node;
}

/** Every list of words that the domain declares, so that their order is the one that was meant. */
const constantLists = (files: readonly ts.SourceFile[]): readonly (readonly string[])[] =>
  files.flatMap((file) =>
    [...nodesOf(file)].flatMap((node) => {
      if (!ts.isArrayLiteralExpression(node) || node.elements.length < 2) return [];
      const texts = node.elements.flatMap((element) => (ts.isStringLiteral(element) ? [element.text] : []));
      return texts.length === node.elements.length ? [texts] : [];
    }),
  );
