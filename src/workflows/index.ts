/** Every story, one line each; the interceptors are bundled apart (docs/adding-a-job-type.md). */
export { demo_steps } from './demo/demo-steps.js';
