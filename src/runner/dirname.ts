import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

(globalThis as { __dirname?: string }).__dirname ??= dirname(fileURLToPath(import.meta.url));
