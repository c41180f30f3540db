// Mistakes inside conditions: each is pointed at where it stands in the file, however YAML writes the text.
import { it } from 'vitest'
import { configWith, expectProblems, problem } from './marked-config.ts'

const route = (condition: string) => ({
  router: `routes:\n      - id: vip\n        condition: ${condition}\n        split: { variants: [{ id: x, model: sim/large }] }`,
})
const path = 'routers\\.demo\\.routes\\[0\\]\\.condition'

it.each([
  { name: 'a single =, plain', condition: 'tier ¶= "premium"', says: 'to compare write ==' },
  {
    name: 'a single =, in double quotes',
    condition: '"tier ¶= \\"premium\\""',
    says: 'to compare write ==',
  },
  {
    name: 'a later mistake, in double quotes with escapes',
    condition: '"tier == \\"premium\\" ¶and stream"',
    says: 'write && for "and"',
  },
  { name: 'a single =, in single quotes', condition: "'tier ¶= ''premium'''", says: 'to compare write ==' },
  {
    name: 'a mistake on the second line of a literal block',
    condition: '|\n          tier == "premium"\n          ¶or stream',
    says: 'write \\|\\| for "or"',
  },
  {
    name: 'a mistake on the second line of a folded block',
    condition: '>-\n          tier == "premium"\n          ¶or stream',
    says: 'write \\|\\| for "or"',
  },
  {
    name: 'a mistake on the second line of a plain text',
    condition: 'tier == "premium"\n          ¶or stream',
    says: 'write \\|\\| for "or"',
  },
  { name: 'an end that comes too early', condition: 'tier ==¶', says: 'ends too early' },
  {
    name: 'quotes that do not close',
    condition: "'tier == ¶\"premium'",
    says: 'quotes of a text are not closed',
  },
  { name: 'an empty condition', condition: '"¶"', says: 'empty' },
  { name: 'text compared with a number', condition: 'stream && ¶model == 5', says: '== cannot compare' },
  { name: 'a number that is no condition', condition: '¶prompt_tokens_estimate', says: 'true or false' },
  {
    name: 'a type error inside a literal block',
    condition: '|-\n          stream &&\n            ¶prompt_tokens_estimate > "many"',
    says: '> cannot compare',
  },
  {
    name: 'an unknown field of a record',
    condition: 'key.¶tenantt == "a"',
    says: 'key has no field tenantt',
  },
  {
    name: 'an unknown function',
    condition: 'model.¶beginsWith("gpt")',
    says: 'there is no function beginsWith',
  },
])('points into the text of $name', ({ condition, says }) => {
  expectProblems(configWith(route(condition)), [problem(path, says)])
})
