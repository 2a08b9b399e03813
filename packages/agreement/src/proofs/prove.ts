/** All proofs of a model, in the order in which one needs the other. */
import { type Finding, inOrder } from '../finding.ts'
import type { Model } from '../model/model.ts'
import type { Exploration } from './control.ts'
import { type Cover, proveCover } from './cover.ts'
import { coverFindings } from './cover-findings.ts'
import { dayFindings } from './days.ts'
import { explore } from './explore.ts'
import { type Fact, factsOf } from './facts.ts'
import { controlFindings } from './flaws.ts'
import { growthFindings } from './growth.ts'
import { type Life, lifeOf } from './life.ts'
import { meetings } from './meetings.ts'
import { readFindings } from './reads.ts'

export interface Proof {
  readonly findings: readonly Finding[]
  /** What was proved; none while there are findings. */
  readonly facts: readonly Fact[]
  readonly exploration: Exploration
  /** Undefined where control is wrong already, so that no figures were looked at. */
  readonly cover: Cover | undefined
  readonly life: Life | undefined
}

export const prove = (model: Model): Proof => {
  const exploration = explore(model)
  const control = [...controlFindings(model, exploration), ...dayFindings(model)]
  if (control.length > 0)
    return { findings: inOrder(control), facts: [], exploration, cover: undefined, life: undefined }
  const reads = readFindings(model, exploration)
  const life = lifeOf(model, exploration)
  const early = [...reads, ...life.findings]
  if (early.length > 0) return { findings: inOrder(early), facts: [], exploration, cover: undefined, life }
  const cover = proveCover(model, exploration)
  const findings = [
    ...coverFindings(model, exploration, cover),
    ...growthFindings(model, exploration, cover.mostCharged),
  ]
  const facts =
    findings.length > 0 ? [] : factsOf(model, exploration, life, cover, meetings(model, exploration))
  return { findings: inOrder(findings), facts, exploration, cover, life }
}
