import { describe, expect, test } from 'vitest'
import { pickCompiler } from './compilers.ts'

const installed = ['0.8.37', '0.8.20', '0.7.6', '0.5.17'].map((version) => ({
  version,
  file: `${version}.js`,
}))
const pick = (...ranges: string[]) =>
  pickCompiler(
    installed,
    ranges.map((range, i) => ({ range, file: `${i}.sol` })),
  ).version

describe('the newest compiler that fits all pragmas', () => {
  const cases: [ranges: string[], version: string][] = [
    [[], '0.8.37'],
    [['^0.8.0'], '0.8.37'],
    [['^0.8.0', '<0.8.30'], '0.8.20'],
    [['0.8.20'], '0.8.20'],
    [['=0.8.20'], '0.8.20'],
    [['>=0.7.0<0.8.0'], '0.7.6'],
    [['>= 0.7.0 < 0.8.0'], '0.7.6'],
    [['~0.5.16'], '0.5.17'],
    [['0.5.17 || ^0.7.0'], '0.7.6'],
    [['>0.8.20', '*'], '0.8.37'],
    [['^0.8'], '0.8.37'],
  ]
  test.each(cases)('%j -> %s', (ranges, version) => {
    expect(pick(...ranges)).toBe(version)
  })
})

describe('where none fits, the error tells what to type', () => {
  const cases: [ranges: string[], advice: string][] = [
    [['0.8.19'], 'npm install --save-dev solc-0.8.19@npm:solc@0.8.19'],
    [['^0.6.2'], 'npm install --save-dev solc-0.6.2@npm:solc@0.6.2'],
    [['>0.6.4 <0.7.0'], 'npm install --save-dev solc-0.6.5@npm:solc@0.6.5'],
    [['>=0.6.0', '<=0.7.1', '>0.7.0'], 'npm install --save-dev solc-0.7.1@npm:solc@0.7.1'],
    [['^0.8.0', '^0.7.0'], 'No version can fit all of these'],
    [['next'], '"next" is no range of versions'],
  ]
  test.each(cases)('%j', (ranges, advice) => {
    expect(() => pick(...ranges)).toThrow(advice)
    try {
      pick(...ranges)
    } catch (error) {
      expect(error).toMatchObject({ code: 'DEED_SOLC_VERSION' })
      expect((error as Error).message).toContain('Installed: 0.8.37, 0.8.20, 0.7.6, 0.5.17')
      for (const [i, range] of ranges.entries())
        expect((error as Error).message).toContain(`${i}.sol wants ${range}`)
    }
  })
})
