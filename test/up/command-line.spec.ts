import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

describe('the command line', () => {
  let server: Server;
  let url: string;
  let answer: Answer;

  beforeAll(async () => {
    server = createServer((request, response) => {
      answer(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  });

  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  const run = (args: string[], environment: Record<string, string> = {}) =>
    new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
      const main = join(process.env['KRONIEK_DIST'] ?? 'dist', 'apps/kroniek/main.js');
      const env = { PATH: process.env['PATH'] ?? '', KRONIEK_URL: url, KRONIEK_KEY: 'key', ...environment };
      execFile(process.execPath, [main, ...args], { env }, (error, stdout, stderr) => {
        resolve({ code: Number(error?.code ?? 0), stdout, stderr });
      });
    });

  const json =
    (status: number, body: unknown): Answer =>
    (_, response) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };

  it('says all that is wrong with the settings and starts nothing', async () => {
    const { code, stderr } = await run(['up'], {
      PORT: 'abc',
      KRONIEK_SAMPLE: 'maybe',
      KRONIEK_DATA: '/does/not/exist',
    });
    expect(code).toBe(1);
    expect(
      stderr
        .trim()
        .split('\n')
        .map((line) => line.trim().split(' ')[0]),
    ).toEqual(['The', 'PORT', 'KRONIEK_SAMPLE']);
  });

  it('shows the status, and fails where a projection stands still', async () => {
    const fine = {
      name: 'pipeline',
      version: 1,
      state: 'serving',
      position: '7',
      lag: { events: 0, seconds: 0 },
      rate: 0,
    };
    answer = json(200, { projections: [{ ...fine, running: true, error: null }] });
    expect(await run(['status'])).toMatchObject({ code: 0, stdout: expect.stringContaining('pipeline') });
    answer = json(200, { projections: [{ ...fine, running: false, error: null }] });
    expect(await run(['status'])).toMatchObject({ code: 1, stdout: expect.stringContaining('not running') });
  });

  it('makes, lists and revokes keys', async () => {
    const asked: string[] = [];
    const keeping =
      (next: Answer): Answer =>
      (request, response) => {
        asked.push(`${request.method ?? ''} ${request.url ?? ''} ${request.headers.authorization ?? ''}`);
        next(request, response);
      };
    answer = keeping(json(201, { id: 'one', key: 'secret' }));
    expect((await run(['keys', 'create', '--role', 'analyst', '--name', 'Reports'])).stdout).toMatch(/^secret\n/);
    const items = [
      { id: 'one', role: 'analyst', name: 'Reports', createdAt: '2024-01-01T00:00:00Z', revokedAt: null },
      {
        id: 'two',
        role: 'sales',
        salesperson: 'sam',
        name: 'Phone',
        createdAt: '2024-01-01T00:00:00Z',
        revokedAt: null,
      },
    ];
    answer = keeping(json(200, { items }));
    expect((await run(['keys', 'list'])).stdout).toMatch(/ Reports [^]* sam /);
    answer = keeping((_, response) => {
      response.writeHead(204).end();
    });
    expect((await run(['keys', 'revoke', 'one'])).stdout).toBe('The key one is revoked.\n');
    expect(asked).toEqual(['POST /v1/keys Bearer key', 'GET /v1/keys Bearer key', 'DELETE /v1/keys/one Bearer key']);
  });

  it('makes a key that acts for a salesperson', async () => {
    const asked: unknown[] = [];
    answer = (request, response) => {
      request.on('data', (body: Buffer) => asked.push(JSON.parse(String(body))));
      request.on('end', () => response.writeHead(201).end(JSON.stringify({ id: 'two', key: 'secret' })));
    };
    const made = await run(['keys', 'create', '--role', 'sales', '--name', 'Phone', '--salesperson', 'sam']);
    expect(made.stdout).toMatch(/^secret\n/);
    expect(asked).toEqual([{ role: 'sales', name: 'Phone', salesperson: 'sam' }]);
  });

  it('turns what goes wrong into one line', async () => {
    answer = json(401, { title: 'Not authenticated' });
    expect(await run(['status'])).toMatchObject({
      code: 1,
      stderr: `The key in KRONIEK_KEY is not known at ${url}.\n`,
    });
    expect(await run(['status'], { KRONIEK_KEY: '' })).toMatchObject({
      code: 1,
      stderr: 'Set KRONIEK_KEY to a key of yours.\n',
    });
    answer = json(403, { title: 'Not allowed', detail: 'Only an admin may do this.' });
    expect(await run(['keys', 'list'])).toMatchObject({ code: 1, stderr: 'Only an admin may do this.\n' });
    answer = (_, response) => {
      response.end('<html>');
    };
    expect((await run(['status'])).stderr).toMatch(/is not Kroniek: check KRONIEK_URL\.\n$/);
    const nobody = await run(['status'], { KRONIEK_URL: 'http://127.0.0.1:9' });
    expect(nobody).toMatchObject({ code: 1, stderr: expect.stringContaining('Nothing answers at http://127.0.0.1:9') });
    expect((await run(['keys', 'create', '--role', 'king', '--name', 'x'])).stderr).toContain('Allowed choices');
    expect((await run(['nonsense'])).code).toBe(1);
  });
});
