import type { Deed, DeedDocument } from '@deed/platform'
import { useEffect, useMemo, useRef, useState } from 'react'
import { decimal } from '../format/money.ts'
import { DAY_SECONDS, dayOf, deadline, instant, shortDay } from '../format/time.ts'
import { lineOf, type Tone } from './history.ts'
import { caption, type Mark, picture } from './picture.ts'

const FIRST_WIDTH = 720

/** Draws the picture as wide as its place and again whenever the deed or the chain's day changes. */
export const PictureView = ({
  deed,
  text,
  now,
}: {
  deed: Deed
  text: DeedDocument | undefined
  now: number
}) => {
  const [place, width] = useWidth()
  // Hours are not visible on an axis of months; a day is the least that is drawn anew.
  const today = dayOf(now) * DAY_SECONDS
  const drawn = useMemo(
    () =>
      picture(deed, text, Math.max(today, deed.timeline.at(-1)?.time ?? 0), width, (entry) => {
        const { tone, text: said, amount } = lineOf(entry, deed)
        return { tone, title: `${instant(entry.time)}: ${said}${amount ? `, ${amount}` : ''}` }
      }),
    [deed, text, today, width],
  )
  const unit = deed.tokens[0]
  const { bandTop, bandBottom, left, right, nowX, height } = drawn
  const bottom = height - 26
  const wide = left > 20

  return (
    <figure ref={place} className="min-w-0">
      <svg
        width={width}
        height={height}
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={caption(deed, drawn)}
        className="block max-w-full text-[11px]"
        data-picture={deed.timeline.length}
      >
        {drawn.ticks.map(({ time, x, label, strong }) => (
          <g key={time}>
            <line
              x1={x}
              x2={x}
              y1={bandTop - 8}
              y2={bottom}
              className={strong ? 'stroke-line-strong' : 'stroke-line'}
            />
            <text x={x} y={height - 9} className="fill-muted" textAnchor={x < left + 8 ? 'start' : 'middle'}>
              {label}
            </text>
          </g>
        ))}
        {drawn.curves.map(({ name, tone, path }) => (
          <path key={name} d={path} className={CURVES[tone]} strokeWidth="1.25">
            <title>{name}</title>
          </path>
        ))}
        <line x1={left} x2={right} y1={bandBottom} y2={bandBottom} className="stroke-line-strong" />
        {unit && drawn.most > 0n && (
          <text
            x={wide ? left - 8 : left}
            y={bandTop + (wide ? 4 : -9)}
            textAnchor={wide ? 'end' : 'start'}
            className="fill-muted figures"
          >
            {decimal(drawn.most, unit.decimals)}
          </text>
        )}
        {wide && drawn.most > 0n && (
          <text x={left - 8} y={bandBottom - 4} textAnchor="end" className="fill-muted">
            0
          </text>
        )}
        {drawn.rows.map((row) => (
          <g key={row.label}>
            <text
              x={wide ? left - 8 : Math.min(row.bars[0]?.from ?? left, right - 80)}
              y={wide ? row.y + 4 : row.y - 7}
              textAnchor={wide ? 'end' : 'start'}
              className={row.open ? 'fill-ink font-medium' : 'fill-muted'}
            >
              {row.label}
            </text>
            {row.bars.map(({ from, to }) => (
              <line
                key={from}
                x1={from}
                x2={to}
                y1={row.y}
                y2={row.y}
                strokeWidth="5"
                strokeLinecap="round"
                className={row.open ? 'stroke-line-strong' : 'stroke-line'}
              />
            ))}
            {row.ahead && (
              <g className="stroke-seal">
                <line
                  x1={row.ahead.from}
                  x2={row.ahead.to}
                  y1={row.y}
                  y2={row.y}
                  strokeWidth="1.5"
                  strokeDasharray="2 4"
                />
                <line x1={row.ahead.to} x2={row.ahead.to} y1={row.y - 5} y2={row.y + 5} strokeWidth="1.5">
                  <title>{`${row.label}: ${deadline(row.ahead.due, undefined)}`}</title>
                </line>
              </g>
            )}
            {row.marks.map((mark) => (
              <MarkView key={`${mark.time}-${mark.title}`} mark={mark} y={row.y} />
            ))}
          </g>
        ))}
        {deed.state !== 'ended' && (
          <g>
            <line
              x1={nowX}
              x2={nowX}
              y1={bandTop - 8}
              y2={bottom}
              className="stroke-seal"
              strokeWidth="1.5"
            />
            <text x={nowX} y={10} textAnchor={anchor(nowX, left, right)} className="fill-seal font-medium">
              {shortDay(now)}
            </text>
          </g>
        )}
      </svg>
      <figcaption className="mt-2 flex flex-wrap gap-x-5 gap-y-1 text-xs text-muted">
        {deed.holdings.length > 0 && <Key tone="money" shape="area" text="held by the deed" />}
        {deed.debts.length > 0 && <Key tone="owed" shape="area" text="owed" />}
        <Key tone="money" shape="mark" text="paid" />
        <Key tone="owed" shape="mark" text="charged" />
        <Key tone="act" shape="mark" text="an act" />
        <Key tone="breach" shape="mark" text="not done" />
      </figcaption>
    </figure>
  )
}

const CURVES = {
  money: 'fill-money/15 stroke-money',
  owed: 'fill-owed/25 stroke-owed',
} as const

const anchor = (x: number, left: number, right: number) =>
  x < left + 40 ? 'start' : x > right - 40 ? 'end' : 'middle'

const MARKS: Partial<Record<Tone, string>> = {
  money: 'fill-money stroke-surface',
  owed: 'fill-surface stroke-owed',
  act: 'fill-ink stroke-surface',
  breach: 'fill-seal stroke-surface',
}

/** Shapes differ as well as colours: dot, ring, diamond, square. */
const Shape = ({ tone, x, y }: { tone: Tone; x: number; y: number }) => {
  const className = MARKS[tone]
  if (tone === 'act')
    return (
      <rect
        x={x - 4}
        y={y - 4}
        width="8"
        height="8"
        transform={`rotate(45 ${x} ${y})`}
        className={className}
      />
    )
  if (tone === 'breach') return <rect x={x - 4} y={y - 4} width="8" height="8" className={className} />
  return (
    <circle
      cx={x}
      cy={y}
      r={tone === 'owed' ? 3.5 : 4.5}
      strokeWidth={tone === 'owed' ? 2 : 1}
      className={className}
    />
  )
}

const MarkView = ({ mark, y }: { mark: Mark; y: number }) => (
  <g>
    <title>{mark.title}</title>
    <Shape tone={mark.tone} x={mark.x} y={mark.tone === 'owed' ? y - 1 : y} />
  </g>
)

const Key = ({ tone, shape, text }: { tone: Tone; shape: 'area' | 'mark'; text: string }) => (
  <span className="inline-flex items-center gap-1.5">
    <svg width="12" height="12" aria-hidden="true">
      {shape === 'mark' ? (
        <Shape tone={tone} x={6} y={6} />
      ) : (
        <rect x="1" y="2" width="10" height="8" className={CURVES[tone as keyof typeof CURVES]} />
      )}
    </svg>
    {text}
  </span>
)

const useWidth = () => {
  const place = useRef<HTMLElement>(null)
  const [width, setWidth] = useState(FIRST_WIDTH)
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) =>
      setWidth(Math.max(240, Math.floor(entry!.contentRect.width))),
    )
    observer.observe(place.current!)
    return () => observer.disconnect()
  }, [])
  return [place, width] as const
}
