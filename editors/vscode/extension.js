// Starts `deed agreement language-server` for .deed files. Everything an editor shows is that server's work.

const { existsSync } = require('node:fs')
const { join } = require('node:path')
const { commands, window, workspace } = require('vscode')
const { LanguageClient, TransportKind } = require('vscode-languageclient/node')

let client

/** The command line of `deed`: as set, else the open folder's own, else the one on the path. */
const commandLine = () => {
  const set = workspace.getConfiguration('deed').get('command')
  if (set?.length > 0) return set
  const name = process.platform === 'win32' ? 'deed.cmd' : 'deed'
  const own = (workspace.workspaceFolders ?? [])
    .map(({ uri }) => join(uri.fsPath, 'node_modules', '.bin', name))
    .find((file) => existsSync(file))
  return [own ?? name]
}

const start = async () => {
  const [command, ...args] = commandLine()
  const server = {
    command,
    args: [...args, 'agreement', 'language-server', '--stdio'],
    transport: TransportKind.stdio,
    options: { shell: process.platform === 'win32' },
  }
  client = new LanguageClient('deed', 'Deed', server, { documentSelector: [{ language: 'deed' }] })
  try {
    await client.start()
  } catch (error) {
    window.showErrorMessage(
      `Deed: "${command}" did not start (${error.message}). Install Deed in this folder, or set deed.command.`,
    )
  }
}

exports.activate = async (context) => {
  context.subscriptions.push(
    commands.registerCommand('deed.restart', async () => {
      await client?.stop()
      await start()
    }),
  )
  await start()
}

exports.deactivate = () => client?.stop()
