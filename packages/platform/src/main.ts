/**
 * The platform process. `deed dev` starts it beside the chain; alone it serves any Ethereum network by URL:
 *
 *     DEED_RPC_URL=https://… DEED_KEEPER_KEY=0x… node src/main.ts
 *
 * Options are JSON in the first argument: `{rpcUrl, dataFolder, agreements, studioFolder, keeper, deeds, port, hosts,
 * fromBlock}`. Log lines go to standard error. When it listens, or when it cannot start, it says so as a line on
 * standard output and, where it was started with a channel, as a message: {@link PlatformProcessReport}.
 */
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { readAgreement } from './agreement-folder.ts'
import { PlatformError } from './error.ts'
import { startGateway } from './gateway/gateway.ts'
import { jsonLog } from './log.ts'
import { openPlatform } from './platform.ts'

const addressSchema = z.templateLiteral(['0x', z.string().regex(/^[0-9a-fA-F]{40}$/)])

const optionsSchema = z.strictObject({
  rpcUrl: z.url({ protocol: /^(https?|wss?)$/ }).default('http://127.0.0.1:8545'),
  /** In memory without it. */
  dataFolder: z.string().min(1).optional(),
  /** Folders with `outline.json` and its text, registered at the start. */
  agreements: z.array(z.string()).max(100).default([]),
  studioFolder: z.string().min(1).optional(),
  keeper: z.boolean().default(true),
  /** Deeds that the keeper looks after; all without it. */
  deeds: z.array(addressSchema).max(10_000).optional(),
  port: z.int().min(0).max(65_535).default(0),
  hosts: z.array(z.string()).max(100).default([]),
  fromBlock: z.int().min(0).optional(),
})

/** What the process tells the one who started it. */
export type PlatformProcessReport =
  | { readonly kind: 'ready'; readonly port: number }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string }

/** Closing PGlite takes some 100 ms; whoever waits longer than this is not waited for. */
const CLOSE_TIMEOUT_MS = 5_000

const log = jsonLog((line) => process.stderr.write(line))

const report = (message: PlatformProcessReport): void => {
  process.stdout.write(`${JSON.stringify(message)}\n`)
  process.send?.(message)
}

const readOptions = (): z.infer<typeof optionsSchema> => {
  const { DEED_RPC_URL, DEED_DATA, DEED_HOSTS } = process.env
  const given = {
    ...(DEED_RPC_URL && { rpcUrl: DEED_RPC_URL }),
    ...(DEED_DATA && { dataFolder: DEED_DATA }),
    ...(DEED_HOSTS && { hosts: DEED_HOSTS.split(',') }),
  }
  try {
    return optionsSchema.parse({ ...given, ...JSON.parse(process.argv[2] ?? '{}') })
  } catch (error) {
    const why =
      error instanceof z.ZodError
        ? error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')
        : (error as Error).message
    throw new PlatformError('DEED_PLATFORM_OPTIONS', `The platform's options are wrong: ${why}.`)
  }
}

const main = async () => {
  const options = readOptions()
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  const key = process.env.DEED_KEEPER_KEY
  const platform = await openPlatform({
    transport: options.rpcUrl,
    keeper: options.keeper ? { ...(key && { key }), ...(options.deeds && { only: options.deeds }) } : 'off',
    log,
    ...(options.dataFolder && { dataFolder: options.dataFolder }),
    ...(options.fromBlock !== undefined && { fromBlock: options.fromBlock }),
  })
  for (const folder of options.agreements) await platform.register(readAgreement(folder))
  const gateway = await startGateway({
    platform,
    log,
    version,
    port: options.port,
    hosts: options.hosts,
    ...(options.studioFolder && { studioFolder: options.studioFolder }),
  })
  platform.follow()

  let closing = false
  const close = async (why: string) => {
    if (closing) return
    closing = true
    log('info', `platform: closes, because ${why}`)
    setTimeout(() => process.exit(1), CLOSE_TIMEOUT_MS).unref()
    await gateway.close()
    await platform.close()
    process.exit(0)
  }
  process.on('SIGTERM', () => void close('it was told to'))
  process.on('SIGINT', () => void close('it was told to'))
  process.on('disconnect', () => void close('its parent is gone'))

  report({ kind: 'ready', port: gateway.port })
}

try {
  await main()
} catch (error) {
  const isKnown = error instanceof PlatformError
  const stack = error instanceof Error ? error.stack : undefined
  const message = error instanceof Error ? error.message : JSON.stringify(error)
  const [code, details] = isKnown ? [error.code, error.details] : ['DEED_INTERNAL', { stack }]
  // A parent says what is known in its own words.
  if (!process.send || !isKnown) log('error', message, { code, ...details })
  report({ kind: 'failed', code, message })
  process.exitCode = 1
  // What was sent must still leave; the open channel alone would keep the process.
  if (process.connected) process.disconnect()
}
