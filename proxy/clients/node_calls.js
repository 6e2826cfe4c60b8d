// Calls datamime's functions through node-postgres: simple queries, queries
// with parameters, named statements, queries sent ahead, and pg-cursor.
'use strict'

// Queries sent ahead are what is tried here: no word about their being deprecated.
process.noDeprecation = true

const { readFileSync } = require('node:fs')
const { Client } = require('pg')
const Cursor = require('pg-cursor')

const cases = readFileSync(process.argv[2], 'utf8').trimEnd().split('\n').map((line) => {
  const [kind, name, ours, table, params] = line.split('\t')
  return { kind, name, ours, table, params: params ? params.split(',').map((p) => (/^\d+$/.test(p) ? Number(p) : p)) : [] }
})

function compare(name, want, got) {
  want = JSON.stringify(want)
  got = JSON.stringify(got)
  if (want === got) {
    console.log(`ok\t${name}`)
    return
  }
  let at = 0
  while (at < want.length && want[at] === got[at]) at++
  const cut = (s) => s.slice(Math.max(0, at - 60), at + 100)
  console.log(`not ok\t${name}\t...${cut(want)}... of the table, ...${cut(got)}... of ours`)
}

const literal = (sql, params) => params.reduce((s, p, i) => s.replaceAll(`$${i + 1}`, typeof p === 'string' ? `'${p}'` : p), sql)

function told(result) {
  return {
    command: result.command,
    count: result.rowCount,
    fields: result.fields.map((f) => [f.name, f.dataTypeID, f.dataTypeModifier, f.dataTypeSize]),
    rows: result.rows,
  }
}

async function readCursor(client, sql, params, sizes) {
  const cursor = client.query(new Cursor(sql, params, { rowMode: 'array' }))
  const batches = []
  try {
    for (const size of sizes) {
      const rows = await cursor.read(size)
      batches.push(rows)
      if (rows.length < size) break
    }
  } finally {
    await cursor.close()
  }
  return batches
}

let statements = 0
const ways = {
  simple: async (client, sql, params) => told(await client.query(literal(sql, params))),
  several: async (client, sql, params) =>
    (await client.query(`SELECT 1 AS before; ${literal(sql, params)}; SELECT 2 AS after`)).map(told),
  parameters: async (client, sql, params) => told(await client.query(sql, params)),
  extended: async (client, sql, params) => told(await client.query({ text: sql, values: params, queryMode: 'extended', rowMode: 'array' })),
  binary: async (client, sql, params) => told(await client.query({ text: sql, values: params, queryMode: 'extended', binary: true })),
  named: async (client, sql, params) => {
    const name = `statement ${statements++}`
    const results = []
    for (let i = 0; i < 3; i++) results.push(told(await client.query({ name, text: sql, values: params })))
    return results
  },
  'sent ahead': async (client, sql, params) =>
    (await Promise.all([client.query('SELECT 1 AS before'), client.query(sql, params), client.query(literal(sql, params)), client.query('SELECT 2 AS after')])).map(told),
  cursor: (client, sql, params) => readCursor(client, sql, params, Array(200).fill(50)),
  'cursor closed early': (client, sql, params) => readCursor(client, sql, params, [1, 3]),
  'cursor in a transaction': async (client, sql, params) => {
    await client.query('BEGIN')
    const batches = await readCursor(client, sql, params, [2, 5, 10000])
    await client.query('COMMIT')
    return batches
  },
}

async function change(client, sql, params) {
  const look = sql.includes('filled2') ? 'filled2' : sql.startsWith('UPDATE') ? 'readings' : 'filled'
  await client.query('BEGIN')
  await client.query('CREATE TEMPORARY TABLE filled (LIKE made)')
  const done = told(await client.query(sql, params))
  const rows = told(await client.query(`SELECT * FROM ${look} ORDER BY t, station`))
  await client.query('ROLLBACK')
  return [done, rows]
}

// The source, the columns and the number of rows as parameters.
async function byParameters(client) {
  const table = 'SELECT * FROM made ORDER BY t, station LIMIT $1'
  const call = "SELECT * FROM datamime_generate($1, $2, $3, $4, $5, time_zone => 'UTC') AS g"
  const values = ['readings', 't', ['station'], 'v', 30]
  for (const way of ['parameters', 'extended', 'binary', 'named', 'cursor', 'cursor in a transaction']) {
    compare(`by parameters, ${way}`, await ways[way](client, table, [30]), await ways[way](client, call, values))
  }
}

async function failure(client, c, way) {
  let code = 'none'
  try {
    await ways[way](client, c.ours, [])
  } catch (err) {
    code = err.code
  }
  await client.query('ROLLBACK')
  compare(`failure, ${way}, ${c.name}`, [c.table, 'alive'], [code, (await client.query("SELECT 'alive' AS a")).rows[0].a])
}

async function main() {
  const client = new Client()
  await client.connect()
  for (const [way, play] of Object.entries(ways)) {
    for (const c of cases.filter((c) => c.kind === 'query')) {
      compare(`${way}, ${c.name}`, await play(client, c.table, c.params), await play(client, c.ours, c.params))
    }
  }
  for (const c of cases.filter((c) => c.kind === 'change')) {
    compare(`change, ${c.name}`, await change(client, c.table, c.params), await change(client, c.ours, c.params))
  }
  await byParameters(client)
  for (const c of cases.filter((c) => c.kind === 'failure')) {
    for (const way of ['simple', 'extended', 'cursor', 'cursor in a transaction']) await failure(client, c, way)
  }
  await client.end()
  console.log('end')
}

main().catch((err) => {
  console.error(err)
  process.exit(1)
})
