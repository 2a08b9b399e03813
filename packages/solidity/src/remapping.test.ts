import { expect, test } from 'vitest'
import { applyRemappings, formatRemapping, parseRemapping } from './remapping.ts'

const apply = (lines: string[], name: string, importer = 'src/A.sol') =>
  applyRemappings(
    lines.map((line) => parseRemapping(line, 'test')),
    name,
    importer,
  )

test('puts the target for the prefix', () => {
  expect(apply(['@oz/=node_modules/@openzeppelin/'], '@oz/a.sol')).toBe('node_modules/@openzeppelin/a.sol')
  expect(apply(['@oz/=x/'], 'a/@oz/a.sol')).toBe('a/@oz/a.sol')
})

test('the longest context wins, then the longest prefix, then the last', () => {
  expect(apply(['a/=short/', 'a/b/=long/'], 'a/b/c.sol')).toBe('long/c.sol')
  expect(apply(['a/b/=long/', 'src:a/=near/'], 'a/b/c.sol')).toBe('near/b/c.sol')
  expect(apply(['lib:a/=far/'], 'a/c.sol')).toBe('a/c.sol')
  expect(apply(['a/=one/', 'a/=two/'], 'a/c.sol')).toBe('two/c.sol')
})

test('reads and writes the compiler’s own form, and refuses anything else', () => {
  for (const line of ['a=b', 'src:a/=b/', 'a='])
    expect(formatRemapping(parseRemapping(line, 'test'))).toBe(line)
  expect(() => parseRemapping('no equals sign', 'remappings.txt')).toThrow(
    'in remappings.txt is no remapping',
  )
})
