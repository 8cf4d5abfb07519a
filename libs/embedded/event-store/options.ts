export type Log = (
  level: 'debug' | 'info' | 'warn' | 'error',
  message: string,
  fields?: Record<string, unknown>,
) => void;

export interface EventStoreOptions {
  /** URL of the PostgreSQL database that keeps the log, in a schema of its own. */
  database: string;
  /** Address to listen on; 127.0.0.1 unless set. */
  host?: string;
  /** 0, the default, takes a free one. */
  port?: number;
  /** PEM texts. */
  tls?: { cert: string; key: string };
  /** When set, calls need the user `admin` with this password. */
  password?: string;
  /** Milliseconds since 1970. */
  now?: () => number;
  /** Bytes of data, metadata and types that one append may hold; 1 MiB unless set. */
  maxAppendSize?: number;
  log?: Log;
}

export interface EventStoreServer {
  port: number;
  /** Connection string for the client, without credentials. */
  url: string;
  /** Ends calls and connections; resolves within 2 s. */
  stop(): Promise<void>;
}
