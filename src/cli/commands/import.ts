import { Argument, Option, type Command } from 'commander';
import { z } from 'zod';

import type { PathMapping } from '../../domain/acquisition/path-mapping.js';
import { Fault } from '../../domain/faults.js';
import { ARR_KINDS } from '../../domain/moving-in/arr.js';
import { PLAN_PARTS } from '../../domain/moving-in/plan-item.js';
import { EXIT } from '../exit-status.js';
import { importResult } from '../import-answers.js';
import type { ProgramDeps } from '../program-deps.js';
import { importLines } from '../render/import.js';
import { openSession, withApiOptions, type SharedOptions } from '../session.js';
import { collect, pathMapping } from './parse-option.js';
import { readInput, readObject, readSecret } from './read-input.js';

interface ImportOptions extends SharedOptions {
  keyFile?: string;
  secrets?: string;
  map?: PathMapping[];
  only?: string[];
  apply?: true;
}

/** A thousand requests are made in minutes. */
const TIMEOUT_MS = 600_000;

export function addImportCommand(program: Command, deps: ProgramDeps): void {
  const command = program
    .command('import')
    .description('Moves in from another program. Shows what would be done; --apply does it.')
    .addArgument(new Argument('<program>', 'what is moved in from').choices(ARR_KINDS))
    .argument('<address>', 'its address, with its URL base where it has one')
    .argument('[key]', 'its API key; better by --key-file or LONGPLAY_IMPORT_KEY, which no history keeps')
    .option('--key-file <file>', 'a file with the API key, - for the standard input')
    .option('--secrets <file>', 'a JSON file with what the program hides: {"indexer:NAME": "its key"}')
    .option(
      '--map <folder=logical>',
      'where Longplay has a folder that the program names; may be repeated',
      collect(pathMapping),
    )
    .addOption(new Option('--only <part...>', 'only these parts').choices(PLAN_PARTS))
    .option('--apply', 'do it')
    .addHelpText('after', HELP);
  withApiOptions(command).action(
    async (kind: string, url: string, given: string | undefined, options: ImportOptions) => {
      const { client, output, endWith } = await openSession(deps, options);
      const result = await client.send({
        method: 'POST',
        path: `/api/imports/${encodeURIComponent(kind)}`,
        timeoutMs: TIMEOUT_MS,
        body: {
          url,
          apiKey: await readKey(deps, given, options.keyFile),
          dryRun: options.apply !== true,
          parts: options.only,
          pathMappings: options.map,
          secrets: await readSecrets(deps, options.secrets),
        },
        answer: importResult,
      });
      output.show(result, () => importLines(result));
      if (result.counts.failed > 0) endWith(EXIT.failed);
    },
  );
}

async function readKey(
  deps: ProgramDeps,
  given: string | undefined,
  file: string | undefined,
): Promise<string> {
  const key = given ?? (await readSecret(deps, file)) ?? deps.env.importKey;
  if (key !== undefined) return key;
  throw new Fault('bad_input', 'Expected the API key of the program, got none', {
    remedy: 'Give it by --key-file FILE, by --key-file - on the standard input, or as LONGPLAY_IMPORT_KEY',
  });
}

const secrets = z.record(z.string(), z.string().min(1));

async function readSecrets(
  deps: ProgramDeps,
  file: string | undefined,
): Promise<Record<string, string> | undefined> {
  if (file === undefined) return undefined;
  const parsed = secrets.safeParse(await readObject(deps, await readInput(deps, file)));
  if (parsed.success) return parsed.data;
  throw new Fault(
    'bad_input',
    'Expected a JSON object of texts in the file of --secrets, got something else',
    {
      remedy: 'Write {"indexer:NAME": "its key", "client:NAME": "its password"}; the plan tells the names',
    },
  );
}

const HELP = `
Nothing is ever changed in the program itself, and a second run adds nothing twice.

Examples:
  longplay import prowlarr http://127.0.0.1:9696 --key-file key.txt
  longplay import sonarr http://127.0.0.1:8989/sonarr --key-file - --map /tv=library:TV --apply
  longplay import radarr http://127.0.0.1:7878 --only indexers downloadClients --secrets secrets.json --apply`;
