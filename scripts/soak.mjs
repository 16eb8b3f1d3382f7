// Runs the soak of test/soak: `npm run soak -- kill|acquisition|encode --minutes N --seed N [--json FILE]`.
import { runOnBuilt } from './run-on-built.mjs';

runOnBuilt('soak');
