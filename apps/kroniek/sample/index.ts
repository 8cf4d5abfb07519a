export { sampleCommands } from './commands.js';
export { loadSample, type LoadSampleOptions } from './load.js';
