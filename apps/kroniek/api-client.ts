import type { Settings } from '../settings.js';
import type { LineProblem } from './client.js';
import { Complaint } from './complaint.js';

/**
 * Asks the API of KRONIEK_URL with KRONIEK_KEY.
 * @returns the answer's JSON, undefined for an empty answer
 * @throws Complaint for everything that the user can put right
 */
export async function askApi(
  { url, key }: Pick<Settings, 'url' | 'key'>,
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  body?: unknown,
): Promise<unknown> {
  const headers: Record<string, string> = { accept: 'application/json' };
  if (key !== undefined) headers['authorization'] = `Bearer ${key}`;
  if (body !== undefined) headers['content-type'] = 'application/json';
  let response: Response;
  try {
    response = await fetch(`${url}${path}`, {
      method,
      headers,
      body: body === undefined ? null : JSON.stringify(body),
      signal: AbortSignal.timeout(30_000),
    });
  } catch {
    throw new Complaint(`Nothing answers at ${url}: start it with "kroniek up", or set KRONIEK_URL.`);
  }
  const text = await response.text();
  if (response.ok) return text === '' ? undefined : parse(text, url);
  if (response.status === 401) {
    throw new Complaint(
      key === undefined ? 'Set KRONIEK_KEY to a key of yours.' : `The key in KRONIEK_KEY is not known at ${url}.`,
    );
  }
  throw new Complaint(problemOf(text) ?? `${url}${path} answered ${String(response.status)}.`);
}

function parse(text: string, url: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Complaint(`What answers at ${url} is not Kroniek: check KRONIEK_URL.`);
  }
}

/** The text of an RFC 9457 problem. */
function problemOf(text: string): string | undefined {
  try {
    const { title, detail, errors = [] } = JSON.parse(text) as Partial<LineProblem>;
    return [detail ?? title, ...errors.map(({ message }) => `  ${message}`)].join('\n');
  } catch {
    return undefined;
  }
}
