/** Our tiers in a page of a real browser. */
import { bytesToHex } from '@deed/evm'
import { findBrowser } from '../../packages/studio/test/browser.ts'
import { openEngineSite } from '../../test/browser/engine-site.ts'
import { programs } from './programs.ts'

const MATCHES = ['RayTracer', 'insertion', 'Pools', 'transferToNew', 'modular', 'chain']
const TIERS = ['interpreter', 'tier1', 'auto'] as const
/** The reference engine takes half a second for some. */
const RUNS = { interpreter: 3, tier1: 21, auto: 21 }

export async function printBrowser(json: boolean): Promise<void> {
  const browser = await findBrowser()
  if (browser === undefined) throw new Error('There is no browser: name one in CHROME_PATH.')
  const site = await openEngineSite(browser)
  try {
    for (const match of MATCHES) {
      for (const { name, initcode, calldata } of await programs(match)) {
        const medians: Record<string, number> = {}
        for (const tier of TIERS) {
          const program = { code: bytesToHex(initcode), isInitcode: true, data: bytesToHex(calldata) }
          const result = await site.page.run(tier, { ...program, runs: RUNS[tier] })
          if (typeof result === 'string') throw new Error(`${name} on ${tier}: ${result}`)
          medians[tier] = result.milliseconds
        }
        if (json) console.log(JSON.stringify({ program: name, medianMs: medians }))
        else
          console.log(
            `${name.padEnd(22)} ${TIERS.map((tier) => `${tier} ${medians[tier]!.toFixed(2)} ms`).join('  ')}`,
          )
      }
    }
  } finally {
    await site.close()
  }
}
