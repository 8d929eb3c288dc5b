import assert from 'node:assert/strict'
import { test } from 'node:test'
import { renderPage } from '../../src/loopback/page.ts'

const page = (name: string) =>
  renderPage({ tone: 'success', title: 'Installed', paragraphs: [`Installed in ${name} (T1).`] })

test('a name that is written from right to left stands by itself on a page', () => {
  assert.match(page('שלום עולם'), /Installed in <bdi>שלום עולם<\/bdi> \(T1\)\./)
  assert.match(page('شركة <b>'), /<bdi>شركة<\/bdi> &lt;b&gt; \(T1\)/)
  assert.doesNotMatch(page('Acme'), /<bdi>/)
})

test('a name brings no character onto a page that only turns the text around it', () => {
  for (const turning of ['\u202e', '\u2066', '\u200f', '\u061c', '\u200b']) {
    assert.match(page(`A${turning}cme`), /Installed in Acme \(T1\)/)
  }
})
