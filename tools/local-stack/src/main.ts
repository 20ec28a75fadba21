import { Command, CommanderError } from 'commander';
import { contextOf } from './commands/context';
import { Refusal } from './settings/settings';

// Each command loads only what it needs: a token should be there at once.
const context = () => contextOf(process.env);

async function main(args: string[]): Promise<number> {
  let code = 0;
  const done = (result: number) => void (code = result);
  const program = new Command('npm run').exitOverride().configureOutput({ writeErr: () => undefined });
  program
    .command('start')
    .description('starts everything on this machine, until Ctrl-C')
    .option('--no-simulator', 'with the real Google, as the settings say')
    .option('--ics <file...>', 'calendar exports that the simulator loads, FILE or EMAIL=FILE')
    .action(async (options) => done(await (await import('./commands/start.js')).start(options, context())));
  program
    .command('test')
    .description('lint and the whole test suite')
    .argument('[jest arguments...]')
    .allowUnknownOption()
    .action(async (jestArguments) => done(await (await import('./commands/test.js')).test(jestArguments)));
  program
    .command('faults')
    .description('the fault suite: real processes, one fault a test')
    .argument('[arguments of the suite...]')
    .allowUnknownOption()
    .helpOption(false)
    .action(async (suiteArguments) => done(await (await import('./commands/faults.js')).faults(suiteArguments)));
  program
    .command('reset')
    .description('forgets everything that the local stack kept')
    .action(async () => done(await (await import('./commands/reset.js')).reset(context())));
  program
    .command('token')
    .description('prints a token for the local gateway')
    .requiredOption('--user <id>', 'whose calendars the bearer owns')
    .option('--operator', 'sees everybody')
    .option('--client <client id>', "a product's backend")
    .option('--scopes <scope...>', 'what that backend may do')
    .action(async (options) => done(await (await import('./commands/token.js')).token(options, context())));
  program
    .command('parked')
    .description('messages that could not be applied: list | replay <id>… | replay --all | discard <id>…')
    .argument('[action]', 'list, replay or discard', 'list')
    .argument('[ids...]')
    .option('--service <service>', 'only of this service')
    .option('--all', 'replay all of them')
    .action(async (action, ids, options) =>
      done(await (await import('./commands/parked.js')).parked(action, ids, options, context())),
    );
  program
    .command('quarantined')
    .description('events that could not be published: list | retry <id>… | skip <id>…')
    .argument('[action]', 'list, retry or skip', 'list')
    .argument('[ids...]')
    .option('--service <service>', 'only of this service')
    .action(async (action, ids, options) =>
      done(await (await import('./commands/quarantined.js')).quarantined(action, ids, options, context())),
    );
  program
    .command('restored')
    .description('after the database of a service was restored from an older copy: begins a new epoch')
    .argument('<service>')
    .action(async (service) => done(await (await import('./commands/restored.js')).restored(service, context())));
  program
    .command('rebuild')
    .description('makes a read model anew from the log of its service')
    .argument('<service>')
    .argument('[read model...]')
    .action(async (service, models) =>
      done(await (await import('./commands/rebuild.js')).rebuild(service, models, context())),
    );
  program
    .command('rejudge')
    .description(
      'judges every entry that is not over anew: after an update of the rules, or with other services of your own',
    )
    .action(async () => done(await (await import('./commands/rejudge.js')).rejudge(context())));
  program
    .command('demo')
    .description('makes a change at the simulator and follows it to the API, leg by leg')
    .option('--user <id>', 'whose calendar it is written into')
    .option('--times <n>', 'one change after the other; shows the median of each leg')
    .action(async (options) => done(await (await import('./commands/demo.js')).demo(options, context())));
  program
    .command('bench')
    .description('measures the product beside floors of the same run; --help names the parts')
    .argument('[arguments...]')
    .helpOption(false)
    .allowUnknownOption()
    .action(async (given) => done(await (await import('./commands/bench.js')).bench(given)));
  program
    .command('extract')
    .description('tells of calendar events whether they are meetings and how to join them, a line of JSON each')
    .argument('[file]', 'one event or a list of them, as Google gives them; without it from standard input')
    .action(async (file) => done(await (await import('./commands/extract/extract.js')).extract(file, context())));
  await program.parseAsync(args, { from: 'user' });
  return code;
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    if (error instanceof CommanderError) {
      if (error.exitCode !== 0) process.stderr.write(`${error.message}\n`);
      process.exit(error.exitCode);
    }
    process.stderr.write(
      `${error instanceof Refusal ? error.message : error instanceof Error ? error.stack : String(error)}\n`,
    );
    process.exit(1);
  },
);
