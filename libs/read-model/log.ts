/** Where the runtime says what it does; `error` fields are errors as caught. */
export type Log = (level: 'info' | 'warn' | 'error', message: string, fields?: object) => void;
