/**
 * Measures every contender in turn, so often: a slow minute of the machine then hits all of them, and every second turn goes
 * backwards. Gives the results of each in the order of the turns.
 */
export async function alternating(repetitions, contenders, measure) {
  const results = new Map(contenders.map((contender) => [contender, []]));
  for (let turn = 0; turn < repetitions; turn++)
    for (const contender of turn % 2 === 0 ? contenders : contenders.toReversed())
      results.get(contender).push(await measure(contender));
  return results;
}
