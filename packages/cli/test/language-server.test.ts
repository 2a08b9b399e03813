/** The language server as an editor meets it: started as a process, spoken to by a client of the protocol. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type CodeAction,
  CodeActionRequest,
  type CompletionItem,
  CompletionRequest,
  createProtocolConnection,
  DefinitionRequest,
  type Diagnostic,
  DidChangeTextDocumentNotification,
  DidCloseTextDocumentNotification,
  DidOpenTextDocumentNotification,
  DocumentFormattingRequest,
  DocumentSymbolRequest,
  ExitNotification,
  FoldingRangeRequest,
  HoverRequest,
  InitializedNotification,
  InitializeRequest,
  type Location,
  PrepareRenameRequest,
  type ProtocolConnection,
  PublishDiagnosticsNotification,
  ReferencesRequest,
  RenameRequest,
  SemanticTokensRequest,
  ShutdownRequest,
  StreamMessageReader,
  StreamMessageWriter,
  type TextEdit,
} from 'vscode-languageserver/node'
import { ROOT } from './run-deed.ts'

const LEASE = readFileSync(join(ROOT, 'examples/lease/lease.deed'), 'utf8')
const uri = 'file:///somewhere/lease.deed'
const textDocument = { uri }

let server: ChildProcess
let client: ProtocolConnection
let version = 1
let errors = ''
const published: Diagnostic[][] = []
const waiting: (() => void)[] = []

beforeAll(async () => {
  server = spawn(process.execPath, ['packages/cli/bin/deed.js', 'agreement', 'language-server', '--stdio'], {
    cwd: ROOT,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  server.stderr!.on('data', (data) => {
    errors += data
  })
  client = createProtocolConnection(
    new StreamMessageReader(server.stdout!),
    new StreamMessageWriter(server.stdin!),
  )
  client.onNotification(PublishDiagnosticsNotification.type, ({ diagnostics }) => {
    published.push(diagnostics)
    for (const go of waiting.splice(0)) go()
  })
  client.listen()
  const { capabilities, serverInfo } = await client.sendRequest(InitializeRequest.type, {
    processId: process.pid,
    rootUri: null,
    capabilities: {},
  })
  expect(serverInfo?.name).toBe('deed')
  expect(capabilities.renameProvider).toEqual({ prepareProvider: true })
  await client.sendNotification(InitializedNotification.type, {})
  await client.sendNotification(DidOpenTextDocumentNotification.type, {
    textDocument: { ...textDocument, languageId: 'deed', version, text: LEASE },
  })
  expect(await diagnostics()).toEqual([])
})

afterAll(async () => {
  if (server.exitCode === null) server.kill('SIGKILL')
})

/** The next that the server publishes. */
const diagnostics = async (): Promise<Diagnostic[]> => {
  if (published.length === 0) await new Promise<void>((resolve) => waiting.push(resolve))
  return published.shift()!
}

const type = (text: string) =>
  client.sendNotification(DidChangeTextDocumentNotification.type, {
    textDocument: { ...textDocument, version: ++version },
    contentChanges: [{ text }],
  })

/** Where words stand in a text, as the protocol counts. */
const position = (text: string, words: string, add = 0) => {
  const before = text.slice(0, text.indexOf(words) + add)
  const line = before.split('\n').length - 1
  return { line, character: before.length - before.lastIndexOf('\n') - 1 }
}

const offset = (text: string, { line, character }: { line: number; character: number }): number =>
  text.split('\n').slice(0, line).join('\n').length + (line > 0 ? 1 : 0) + character

/** As an editor applies them. */
const apply = (text: string, edits: readonly TextEdit[]): string =>
  edits
    .toSorted((a, b) => offset(text, b.range.start) - offset(text, a.range.start))
    .reduce(
      (made, { range, newText }) =>
        made.slice(0, offset(text, range.start)) + newText + made.slice(offset(text, range.end)),
      text,
    )

describe('the language server', () => {
  it('says what is wrong as it is typed, and mends it', async () => {
    const wrong = LEASE.replace('pay deposit into security', 'pay deposit into securty')
    await type(wrong)
    const [found, ...others] = await diagnostics()
    expect(others).toEqual([])
    expect(found).toMatchObject({
      code: 'DEED_L201',
      source: 'deed',
      severity: 1,
      message: 'Nothing is called securty.\nWrite: security',
      range: { start: position(wrong, 'securty'), end: position(wrong, 'securty', 7) },
    })
    const [action] = (await client.sendRequest(CodeActionRequest.type, {
      textDocument,
      range: found!.range,
      context: { diagnostics: [found!] },
    })) as CodeAction[]
    expect(action).toMatchObject({ title: 'Write: security', kind: 'quickfix' })
    expect(apply(wrong, action!.edit!.changes![uri]!)).toBe(LEASE)
  })

  it('says where time leads to, with the run of events', async () => {
    const wrong = LEASE.replace('  - Close Late-fee, Notice, Leaving and Termination.\n', '')
    expect(wrong).not.toBe(LEASE)
    await type(wrong)
    const messages = (await diagnostics()).map(({ message }) => message).join('\n')
    expect(messages).toMatch(/Handover may begin while it is open\./)
    expect(messages).toMatch(/ → /)
    await type(LEASE)
    expect(await diagnostics()).toEqual([])
  })

  it('offers what can follow', async () => {
    const begun = LEASE.replace('    - Begin Ruling.', '    - Begin .')
    await type(begun)
    const items = (await client.sendRequest(CompletionRequest.type, {
      textDocument,
      position: position(begun, '    - Begin .', 12),
    })) as CompletionItem[]
    expect(items.map(({ label }) => label)).toContain('Ruling')
    expect(items.map(({ label }) => label)).not.toContain('rent')
    const ruling = items.find(({ label }) => label === 'Ruling')!
    expect(
      apply(begun, [{ range: (ruling.textEdit as { range: TextEdit['range'] }).range, newText: 'Ruling' }]),
    ).toBe(LEASE)
    await type(LEASE)
    await diagnostics()
  })

  it('shows a name’s declaration with what is proved of it, and goes there', async () => {
    const used = position(LEASE, 'pay deposit into security', 18)
    const hover = await client.sendRequest(HoverRequest.type, { textDocument, position: used })
    const { value } = hover!.contents as { value: string }
    expect(value).toContain('security is USDC held for Tenant.')
    expect(value).toContain("What is left in security at the end is Tenant's own.")
    const definition = (await client.sendRequest(DefinitionRequest.type, {
      textDocument,
      position: used,
    })) as Location
    expect(definition.range.start).toEqual(position(LEASE, 'security is USDC'))
    const references = await client.sendRequest(ReferencesRequest.type, {
      textDocument,
      position: used,
      context: { includeDeclaration: true },
    })
    expect(references).toHaveLength(LEASE.match(/(?<![\w-])security(?![\w-])/g)!.length)
  })

  it('renames in bullets and prose', async () => {
    const at = position(LEASE, '{rent}', 1)
    const range = await client.sendRequest(PrepareRenameRequest.type, { textDocument, position: at })
    expect(range).toEqual({ start: at, end: { ...at, character: at.character + 4 } })
    const edit = await client.sendRequest(RenameRequest.type, {
      textDocument,
      position: at,
      newName: 'monthly-rent',
    })
    // In the prose only what stands in braces is the name; "two months of rent" is English.
    const expected = LEASE.split('\n').map((line) =>
      /^ *- |^ {2}/.test(line)
        ? line.replaceAll(/(?<![\w-])rent(?![\w-])/g, 'monthly-rent')
        : line.replaceAll('{rent}', '{monthly-rent}'),
    )
    expect(apply(LEASE, edit!.changes![uri]!)).toBe(expected.join('\n'))
  })

  it('refuses a name that is none, in one sentence with a code', async () => {
    const at = position(LEASE, '{rent}', 1)
    await expect(
      client.sendRequest(RenameRequest.type, { textDocument, position: at, newName: 'deposit' }),
    ).rejects.toThrow(/^DEED_L113: deposit is declared already, in line \d+\.$/)
    const nowhere = await client.sendRequest(PrepareRenameRequest.type, {
      textDocument,
      position: position(LEASE, 'lets the flat'),
    })
    expect(nowhere).toBeNull()
  })

  it('lays out, and leaves alone what has errors', async () => {
    const loose = LEASE.replace('- deposit is 2 * rent.', '-   deposit is   2*rent.')
    await type(loose)
    await diagnostics()
    const edits = await client.sendRequest(DocumentFormattingRequest.type, {
      textDocument,
      options: { tabSize: 2, insertSpaces: true },
    })
    expect(apply(loose, edits!)).toBe(LEASE)
    await type(LEASE.replace('2 * rent', '2 * * rent'))
    expect(await diagnostics()).not.toEqual([])
    expect(
      await client.sendRequest(DocumentFormattingRequest.type, {
        textDocument,
        options: { tabSize: 2, insertSpaces: true },
      }),
    ).toEqual([])
    await type(LEASE)
    await diagnostics()
  })

  it('lists clauses, folds them and colours words', async () => {
    const symbols = await client.sendRequest(DocumentSymbolRequest.type, { textDocument })
    expect(symbols!.map(({ name }) => name)).toEqual(
      [...LEASE.matchAll(/^## (.*)$/gm)].map(([, name]) => name),
    )
    const folds = await client.sendRequest(FoldingRangeRequest.type, { textDocument })
    expect(folds).toHaveLength(symbols!.length)
    const tokens = await client.sendRequest(SemanticTokensRequest.type, { textDocument })
    expect(tokens!.data.length % 5).toBe(0)
    expect(tokens!.data.length / 5).toBeGreaterThan(300)
  })

  it('survives a client that asks about what is not open', async () => {
    await expect(
      client.sendRequest(HoverRequest.type, {
        textDocument: { uri: 'file:///other.deed' },
        position: { line: 0, character: 0 },
      }),
    ).rejects.toThrow(/^DEED_NOT_OPEN: /)
    const outside = { line: 9_999, character: 9_999 }
    expect(await client.sendRequest(HoverRequest.type, { textDocument, position: outside })).toBeNull()
    expect(
      await client.sendRequest(CompletionRequest.type, { textDocument, position: outside }),
    ).toBeInstanceOf(Array)
  })

  it('ends when it is told to, without a word on standard error', async () => {
    await client.sendNotification(DidCloseTextDocumentNotification.type, { textDocument })
    expect(await diagnostics()).toEqual([])
    await client.sendRequest(ShutdownRequest.type)
    const exit = once(server, 'exit')
    await client.sendNotification(ExitNotification.type)
    expect((await exit)[0]).toBe(0)
    expect(errors).toBe('')
  })
})
