/** A function of many variables: returns its value at `point`, and writes its gradient there into `gradient`. */
export type Objective = (point: Float64Array, gradient: Float64Array) => number;

/** The number of past steps that the curvature is estimated from. */
const memory = 7;
const minGain = 1e-6;

interface Step {
  readonly moved: Float64Array;
  readonly turned: Float64Array;
}

interface Place {
  readonly point: Float64Array;
  readonly gradient: Float64Array;
  readonly value: number;
}

/**
 * Finds the minimum of a smooth convex function by L-BFGS. Deterministic: equal input gives an equal point.
 *
 * @param rounds the maximum; it ends earlier where a round gains less than a millionth.
 * @see Nocedal & Wright, Numerical Optimization, 2006, algorithms 7.4 and 7.5
 */
export function minimise(objective: Objective, start: Float64Array, rounds: number): Float64Array {
  const steps: Step[] = [];
  let here = evaluate(objective, start);
  for (let round = 1; round <= rounds; round++) {
    const next = lineSearch(
      objective,
      here,
      descent(here.gradient, steps),
      steps.length > 0 ? 1 : 1 / Math.max(norm(here.gradient), 1e-12),
    );
    const gain = here.value - next.value;
    remember(steps, here, next);
    here = gain > 0 ? next : here;
    if (gain <= minGain * Math.abs(next.value)) break;
  }
  return here.point;
}

function evaluate(objective: Objective, point: Float64Array): Place {
  const gradient = new Float64Array(point.length);
  return { point, gradient, value: objective(point, gradient) };
}

/** Halves the step until the function falls by a share of what its gradient predicts. */
function lineSearch(objective: Objective, from: Place, direction: Float64Array, firstLength: number): Place {
  const slope = dot(from.gradient, direction);
  let next = from;
  for (let length = firstLength; length > 1e-9; length /= 2) {
    next = evaluate(
      objective,
      from.point.map((figure, index) => figure + length * at(direction, index)),
    );
    if (next.value <= from.value + 1e-4 * length * slope) break;
  }
  return next;
}

function remember(steps: Step[], from: Place, to: Place): void {
  const step = { moved: difference(to.point, from.point), turned: difference(to.gradient, from.gradient) };
  if (dot(step.moved, step.turned) <= 1e-12) return;
  steps.push(step);
  if (steps.length > memory) steps.shift();
}

/** The direction of the next step: the negative gradient, corrected by the curvature of past steps. */
function descent(gradient: Float64Array, steps: readonly Step[]): Float64Array {
  const direction = gradient.map((figure) => -figure);
  const shares = steps.map(() => 0);
  for (const [index, { moved, turned }] of [...steps.entries()].reverse()) {
    shares[index] = dot(moved, direction) / dot(moved, turned);
    add(direction, turned, -(shares[index] ?? 0));
  }
  const last = steps.at(-1);
  if (last !== undefined) scale(direction, dot(last.moved, last.turned) / dot(last.turned, last.turned));
  for (const [index, { moved, turned }] of steps.entries())
    add(direction, moved, (shares[index] ?? 0) - dot(turned, direction) / dot(moved, turned));
  return direction;
}

const at = (figures: Float64Array, index: number): number => figures[index] ?? 0;
const norm = (figures: Float64Array): number => Math.sqrt(dot(figures, figures));
const difference = (a: Float64Array, b: Float64Array): Float64Array => a.map((figure, index) => figure - at(b, index));

function dot(a: Float64Array, b: Float64Array): number {
  let product = 0;
  for (let index = 0; index < a.length; index++) product += at(a, index) * at(b, index);
  return product;
}

function add(to: Float64Array, figures: Float64Array, share: number): void {
  for (let index = 0; index < to.length; index++) to[index] = at(to, index) + share * at(figures, index);
}

function scale(figures: Float64Array, by: number): void {
  for (let index = 0; index < figures.length; index++) figures[index] = at(figures, index) * by;
}
