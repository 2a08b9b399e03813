import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { keeperAccount } from '@deed/platform'
import { describe, expect, it, onTestFinished } from 'vitest'
import { explain } from '../src/fault.ts'
import { nearest } from '../src/nearest.ts'
import { addMonths, dayOf, instantOf, isoOf, isoTime } from '../src/perform/instant.ts'
import { formatMoney, parseMoney } from '../src/perform/money.ts'
import { DEV_KEEPER } from '../src/supervise/keeper-account.ts'
import { ROOT, runDeed } from './run-deed.ts'

describe('the command line', () => {
  it('lists the commands, and explains each with examples', async () => {
    const overview = await runDeed(['--help'])
    expect(overview.exit).toBe(0)
    for (const name of ['dev', 'export', 'import', 'perform', 'reset', 'start', 'tx']) {
      expect(overview.out.join('\n')).toMatch(new RegExp(`^  ${name} +\\S`, 'm'))
      const { out, exit } = await runDeed([name, '--help'])
      expect(exit).toBe(0)
      expect(out.join('\n')).toMatch(
        new RegExp(`^Usage: deed ${name}[\\s\\S]*Options[\\s\\S]*Examples\\n  npx deed ${name}`),
      )
    }
  })

  it('prints the version', async () => {
    expect((await runDeed(['--version'])).out).toEqual(['0.1.0'])
  })

  it.each([
    [[], 2, /^$/],
    [['preform', 'x'], 2, /^DEED_UNKNOWN_COMMAND: .*Did you mean `deed perform`\?$/],
    [['constructor'], 2, /^DEED_UNKNOWN_COMMAND: /],
    [['dev', '--prot', '1'], 2, /^DEED_UNKNOWN_OPTION: .*Did you mean --port\?$/],
    [
      ['dev', '--port', '70000'],
      2,
      /^DEED_BAD_OPTION: --port must be a whole number from 0 to 65535, and "70000" is not\.$/,
    ],
    [['dev', '--port'], 2, /^DEED_BAD_OPTION: --port needs a value/],
    [['dev', '--json=yes'], 2, /^DEED_BAD_OPTION: --json takes no value/],
    [['dev', 'here'], 2, /^DEED_USAGE: .*"here" is too much\. Write: deed dev /],
    [['perform'], 2, /^DEED_USAGE: .*Write: deed perform PATH /],
    [['dev', '--chain-id', '1'], 1, /^DEED_DEV_MNEMONIC: .*chain id 1\./],
  ])('deed %j ends with %i', async (argv, status, error) => {
    const { exit, err } = await runDeed(argv)
    expect(exit).toBe(status)
    expect(err.join('\n')).toMatch(error)
  })

  it('shows where an error came from only to those who ask', async () => {
    const argv = ['perform', 'nowhere']
    expect((await runDeed(argv)).err).toHaveLength(1)
    expect((await runDeed(argv, { env: { DEED_DEBUG: '1' } })).err.join('\n')).toMatch(/\n +at /)
  })

  it('says that it needs a temporary folder', () => {
    // Below a file there is no folder, and nobody can make one.
    const nowhere = join(ROOT, 'package.json', 'nowhere')
    for (const command of [['dev', '--memory'], ['start']]) {
      const { status, stderr } = spawnSync(
        process.execPath,
        ['packages/cli/bin/deed.js', ...command, '--port', '0'],
        {
          cwd: ROOT,
          encoding: 'utf8',
          timeout: 30_000,
          env: { ...process.env, TMPDIR: nowhere, TEMP: nowhere, TMP: nowhere },
        },
      )
      expect(stderr).toMatch(/^DEED_TEMP_FOLDER: .*nowhere.*TMPDIR/)
      expect(status).toBe(1)
    }
  })

  it('owns up to a fault of its own', () => {
    expect(explain(new TypeError('x is not a function'))).toEqual({
      text: 'DEED_INTERNAL: x is not a function. This is a bug in Deed; set DEED_DEBUG=1 to see where, and please report it.',
      exit: 1,
    })
  })

  it('runs as a program, in plain text when nobody looks on', () => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['packages/cli/bin/deed.js', 'perform', 'nowhere'],
      {
        cwd: ROOT,
        encoding: 'utf8',
      },
    )
    expect({ status, stdout, stderr }).toEqual({
      status: 1,
      stdout: '',
      stderr: 'DEED_NOT_FOUND: There is no folder or file nowhere. Check the path.\n',
    })
  })
})

describe('the launcher', () => {
  const OLD = 'Object.defineProperty(process,"versions",{value:{...process.versions,node:"20.20.2"}})'

  it("goes on with the repo's own Node where the one that started it is old", () => {
    const argv = ['--import', `data:text/javascript,${OLD}`, 'packages/cli/bin/deed.js', 'perform', 'nowhere']
    const { status, stderr } = spawnSync(process.execPath, argv, { cwd: ROOT, encoding: 'utf8' })
    expect(stderr).toMatch(/^DEED_NOT_FOUND: /)
    expect(status).toBe(1)
  })
})

describe('whoever reads it has seen enough', () => {
  it.each([
    ['perform', 'examples/lease', '--scenario', 'all', '--json'],
    ['start', '--port', '0', '--month-seconds', '0.1'],
  ])('deed %s ends without a word, and puts its things away', { timeout: 30_000 }, async (...argv) => {
    const folder = mkdtempSync(join(tmpdir(), 'deed-main-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const child = spawn(process.execPath, ['packages/cli/bin/deed.js', ...argv], {
      cwd: ROOT,
      env: { ...process.env, TMPDIR: folder },
    })
    let errors = ''
    child.stderr.on('data', (data) => {
      errors += data
    })
    child.stdout.once('data', () => child.stdout.destroy())
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(0)
    expect(errors).toBe('')
    expect(readdirSync(folder).filter((name) => name.startsWith('deed-'))).toEqual([])
  })
})

describe('whoever started it has gone', () => {
  it('so it ends too, with its children', { timeout: 30_000 }, async () => {
    // As npm does it: a shell in between, which is killed and tells nobody.
    const shell = spawn(
      'sh',
      ['-c', `"${process.execPath}" packages/cli/bin/deed.js dev --port 0 --json; true`],
      {
        cwd: ROOT,
        env: { ...process.env, npm_lifecycle_event: 'npx' },
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    )
    const ready = await new Promise<string>((resolve) =>
      shell.stdout.once('data', (data) => resolve(String(data))),
    )
    const { chain } = JSON.parse(ready)
    // The pipe is closed by the last process that holds it.
    const ended = new Promise<void>((resolve) => shell.stdout.once('close', resolve))
    shell.kill('SIGKILL')
    await ended
    expect(() => process.kill(chain, 0)).toThrow('ESRCH')
  })
})

describe('words', () => {
  it('finds the name that was meant', () => {
    const names = ['perform', 'dev', 'start']
    expect(nearest('preform', names)).toBe('perform')
    expect(nearest('dve', names)).toBe('dev')
    expect(nearest('perf', names)).toBe('perform')
    expect(nearest('deploy', names)).toBeUndefined()
  })

  it('counts instants from the start of a deed', () => {
    const start = dayOf('2027-01-31')!
    const at = (text: string, later = 0) => isoTime(instantOf(text, start, later))
    expect(at('start')).toBe('2027-01-31T12:00:00Z')
    expect(at('start + 1 month')).toBe('2027-02-28T12:00:00Z')
    expect(at('start + 2 months - 3 days 14:30')).toBe('2027-03-28T14:30:00Z')
    expect(at('start - 1 day 23:59:59')).toBe('2027-01-30T23:59:59Z')
    // Counted from the day itself and never from each other: February does not shorten March.
    expect([0, 1, 2].map((k) => at('start', k).slice(0, 10))).toEqual([
      '2027-01-31',
      '2027-02-28',
      '2027-03-31',
    ])
  })

  it('knows leap days', () => {
    expect(isoOf(addMonths(dayOf('2028-02-29')!, 12))).toBe('2029-02-28')
    expect(dayOf('2027-02-29')).toBeUndefined()
    expect(dayOf('soon')).toBeUndefined()
  })

  it('reads and writes amounts', () => {
    const decimals = (token: string) => (token === 'USDC' ? 6 : undefined)
    expect(parseMoney('1,234.56 USDC', decimals)).toEqual({ amount: 1_234_560_000n, token: 'USDC' })
    expect(parseMoney('0.000001 USDC', decimals)?.amount).toBe(1n)
    for (const wrong of ['1 EUR', '1,23 USDC', '0.0000001 USDC', '-1 USDC', '1USDC', 'USDC']) {
      expect(parseMoney(wrong, decimals)).toBeUndefined()
    }
    expect(formatMoney(1_234_560_000n, 6)).toBe('1,234.56')
    expect(formatMoney(1_000_000n, 6)).toBe('1.00')
    expect(formatMoney(517_718_709n, 6)).toBe('517.718709')
    expect(formatMoney(12n, 0)).toBe('12')
  })

  it('gives gas to the account that the keeper derives', () => {
    expect(keeperAccount(31337).address.toLowerCase()).toBe(DEV_KEEPER)
  })
})
