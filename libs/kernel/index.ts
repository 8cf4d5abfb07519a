export * from './actor.js';
export * from './aggregate.js';
export * from './events.js';
export * from './feed.js';
export * from './money.js';
export * from './process.js';
export * from './refusal.js';
export * from './time.js';
