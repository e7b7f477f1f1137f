import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextFlight, Usual } from './plan.ts';

const state = { waiting: 64, flights: 0, processors: 2 };

test('threads of which nothing is known go alone, one for each processor and one more', () => {
  const usual = new Usual();
  assert.equal(nextFlight({ ...state, usual }), 1);
  assert.equal(nextFlight({ ...state, usual, flights: 2 }), 1);
  assert.equal(nextFlight({ ...state, usual, flights: 3 }), 0);
  assert.equal(nextFlight({ ...state, usual, waiting: 0 }), 0);
});

test('short ones go several at a time, so that each flight has its share', () => {
  const usual = new Usual();
  usual.observe(0.05, false);
  assert.equal(nextFlight({ ...state, usual }), 22);
  assert.equal(nextFlight({ ...state, usual, flights: 2, waiting: 7 }), 7);
  assert.equal(nextFlight({ ...state, usual, flights: 3 }), 0);
  assert.equal(nextFlight({ ...state, usual, waiting: 10_000 }), 32);
  assert.equal(nextFlight({ ...state, usual, waiting: 2 }), 1);
});

test('a flight of longer ones is smaller', () => {
  const usual = new Usual();
  usual.observe(0.5, false);
  assert.equal(nextFlight({ ...state, usual }), 4);
  for (let n = 0; n < 20; n++) usual.observe(3, false);
  assert.equal(nextFlight({ ...state, usual }), 1);
});

test('long ones, and those that wait for something, all go at once', () => {
  const long = new Usual();
  for (let n = 0; n < 20; n++) long.observe(40, false);
  assert.equal(nextFlight({ ...state, usual: long, flights: 500 }), 1);
  const waits = new Usual();
  waits.observe(0, true);
  assert.equal(nextFlight({ ...state, usual: waits, flights: 500 }), 1);
});

test('one that is out of the ordinary changes little', () => {
  const usual = new Usual();
  for (let n = 0; n < 20; n++) usual.observe(0.05, false);
  usual.observe(0, true);
  assert.equal(usual.waits, false);
  usual.observe(400, false);
  assert.equal(nextFlight({ ...state, usual }), 22);
  assert.equal(nextFlight({ ...state, usual, flights: 3 }), 0);
});
