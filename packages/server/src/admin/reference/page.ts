// The reference page: the OpenAPI document as HTML, whole and without scripts, so that it reads in any browser and
// needs nothing but itself.
import { html, raw } from 'hono/html'
import type { JsonSchema, OpenApiDocument, Operation, Parameter } from '../http/openapi.ts'
import { PROBLEMS } from '../http/problem-table.ts'
import { describeType, isObjectSchema, rowsOf, type SchemaRow } from './schema-rows.ts'
import { STYLE } from './style.ts'

type Html = ReturnType<typeof html>

interface Entry {
  readonly method: string
  readonly path: string
  readonly operation: Operation
}

export async function referencePage(document: OpenApiDocument): Promise<string> {
  const entries = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method, path, operation })),
  )
  const groups = document.tags.map(
    ({ name }) => [name, entries.filter(e => e.operation.tags[0] === name)] as const,
  )
  const page = await html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${String(document.info.title)}</title>
<style>${raw(STYLE)}</style>
</head>
<body>
<nav aria-label="Contents">
<p class="name">${String(document.info.title)}</p>
${groups.map(([name, list]) => html`<p>${name}</p><ul>${list.map(contentsItem)}</ul>`)}
<p>More</p><ul><li><a href="#schemas">Schemas</a></li><li><a href="#problems">Problems</a></li>
<li><a href="/api/openapi.json">OpenAPI document</a></li></ul>
</nav>
<main>
<h1>${String(document.info.title)} <small>${String(document.info.version)}</small></h1>
${paragraphs(String(document.info.description))}
${groups.map(([name, list]) => html`<h2>${name}</h2>${list.map(operationSection)}`)}
<h2 id="schemas">Schemas</h2>
${Object.entries(document.components.schemas).map(([id, schema]) => schemaSection(id, schema))}
${problemSection()}
</main>
</body>
</html>`
  return String(page)
}

function contentsItem({ method, operation }: Entry): Html {
  return html`<li><a href="#${operation.operationId}">${operation.summary}</a> <small>${method.toUpperCase()}</small></li>`
}

function operationSection({ method, path, operation }: Entry): Html {
  const { operationId, summary, description, parameters, requestBody, responses } = operation
  return html`<section id="${operationId}">
<h3>${summary}</h3>
<p class="route"><b>${method.toUpperCase()}</b> <code>${path}</code>
<span class="role">${roleText(operation['x-weir-role'])}</span></p>
${description === undefined ? '' : paragraphs(description)}
${parameters.length === 0 ? '' : table('Parameters', parameters.map(parameterRow))}
${Object.entries(requestBody?.content ?? {}).map(([type, { schema }]) => body(`Body, ${type}`, schema))}
<h4>Answers</h4>
<dl>${Object.entries(responses).map(
    ([status, { description: text, content }]) => html`<dt><code>${status}</code></dt><dd>${marked(text)}
${Object.values(content ?? {}).map(({ schema }) => (Number(status) < 400 ? body('', schema) : ''))}</dd>`,
  )}</dl>
</section>`
}

const roleText = (role: string) => (role === 'anyone' ? 'anyone' : `role ${role}`)

function parameterRow({ name, in: place, required, description, schema }: Parameter): SchemaRow {
  return {
    name,
    type: `${describeType(schema)}, ${place}`,
    isRequired: required,
    description: description ?? '',
    depth: 0,
  }
}

function body(title: string, schema: JsonSchema): Html {
  const options = Array.isArray(schema.anyOf) ? (schema.anyOf as JsonSchema[]) : [schema]
  return html`${options.map((option, index) =>
    isObjectSchema(option)
      ? table(index === 0 ? title : 'or', rowsOf(option))
      : html`<p>${index === 0 ? title : 'or'} ${typeLink(describeType(option))}</p>`,
  )}`
}

function schemaSection(id: string, schema: JsonSchema): Html {
  const text = typeof schema.description === 'string' ? paragraphs(schema.description) : ''
  return html`<section id="schema-${id}"><h3>${id}</h3>${text}
${isObjectSchema(schema) ? table('', rowsOf(schema)) : html`<p>${typeLink(describeType(schema))}</p>`}</section>`
}

function problemSection(): Html {
  return html`<h2 id="problems">Problems</h2>
<table><thead><tr><th>code</th><th>status</th><th>meaning</th></tr></thead><tbody>
${Object.entries(PROBLEMS).map(
  ([code, { status, title }]) =>
    html`<tr id="problem-${code}"><td><code>${code}</code></td><td>${status}</td><td>${title}</td></tr>`,
)}</tbody></table>`
}

function table(title: string, rows: readonly SchemaRow[]): Html {
  if (rows.length === 0) return html``
  return html`${title === '' ? '' : html`<h4>${title}</h4>`}
<table><tbody>${rows.map(
    ({ name, type, isRequired, description, depth }) => html`<tr>
<td class="depth-${depth}"><code>${name}</code>${isRequired ? html` <b title="required">*</b>` : ''}</td>
<td>${typeLink(type)}</td><td>${marked(description)}</td></tr>`,
  )}</tbody></table>`
}

/** A component's name leads to its section. */
function typeLink(type: string): Html {
  const parts = type.split(/(\{[A-Za-z0-9]+\})/).map(part => {
    const id = /^\{(.*)\}$/.exec(part)?.[1]
    return id === undefined ? html`${part}` : html`<a href="#schema-${id}">${id}</a>`
  })
  return html`<span class="type">${parts}</span>`
}

function paragraphs(text: string): Html {
  return html`${text.split('\n\n').map(paragraph => html`<p>${marked(paragraph)}</p>`)}`
}

/** Backquoted text as code; all of it escaped. */
function marked(text: string): Html {
  return html`${text.split('`').map((part, index) => (index % 2 === 0 ? part : html`<code>${part}</code>`))}`
}
