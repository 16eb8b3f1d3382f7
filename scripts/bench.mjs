// Runs a bench of test/bench: `npm run bench -- NAME [--json FILE] [--only FIGURE,…]`.
import { runOnBuilt } from './run-on-built.mjs';

runOnBuilt('bench');
