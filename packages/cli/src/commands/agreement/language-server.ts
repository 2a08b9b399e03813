import { readFileSync } from 'node:fs'
import { command } from '../../command.ts'
import { EXIT } from '../../fault.ts'
import { flag } from '../../options.ts'

export const languageServer = command({
  name: 'agreement language-server',
  usage: '',
  about:
    'Speaks the Language Server Protocol on standard input and output, for editors: errors as you type with their fixes, completion, what is proved of a name, definition, rename across prose and bullets, layout, clauses. An editor starts it; editors/vscode is the extension for Visual Studio Code.',
  positionals: { min: 0, max: 0 },
  options: { stdio: flag('speak on standard input and output, which it always does') },
  examples: [['deed agreement language-server --stdio', 'as editors start it']],
  run: async (_, __, terminal) => {
    if (process.stdin.isTTY)
      terminal.err(
        'An editor speaks here, not a person: docs/editor.md says how to set yours up. Ctrl-C ends it.',
      )
    const { createConnection, ProposedFeatures, StreamMessageReader, StreamMessageWriter } = await import(
      'vscode-languageserver/node'
    )
    const { serve } = await import('../../language-server/server.ts')
    const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'))
    const connection = createConnection(
      ProposedFeatures.all,
      new StreamMessageReader(process.stdin),
      new StreamMessageWriter(process.stdout),
    )
    serve(connection, version)
    await new Promise<void>((resolve) => {
      connection.onExit(resolve)
      process.stdin.once('close', resolve)
      process.stdin.once('end', resolve)
      terminal.stop.addEventListener('abort', () => resolve())
    })
    // Half a message that the reader still waits for must not keep the process alive.
    process.exit(EXIT.ok)
  },
})
