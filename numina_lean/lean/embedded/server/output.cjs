'use strict';
// What a check says: places in a source as people count them, and how much of it is kept.

// What a message costs of the output limit beside its text.
const MESSAGE_OVERHEAD = 100;
const LAST_ERROR_LENGTH = 500;

// Byte offset in `raw` → {line, column}: lines from 1, columns from 0 in code points.
function positionsIn(raw) {
  const starts = [0];
  for (let at = raw.indexOf(10); at >= 0; at = raw.indexOf(10, at + 1)) starts.push(at + 1);
  return (offset) => {
    if (offset === null) return null;
    let low = 0, high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle] <= offset) low = middle; else high = middle - 1;
    }
    return { line: low + 1, column: [...raw.subarray(starts[low], offset).toString('utf8')].length };
  };
}

// Keeps at most `limit` characters of messages and goals. Once it is used up, all that is kept of
// further messages is whether one was an error.
function outputBudget(limit) {
  let left = limit;
  let truncated = false;
  let lostError = null;
  const take = (text) => {
    if (text.length > left) truncated = true;
    const kept = text.slice(0, left);
    left = Math.max(0, left - kept.length - MESSAGE_OVERHEAD);
    return kept;
  };
  let failed = false;
  const keep = (messages, message) => {
    failed ||= message.severity === 'error';
    if (left > 0) messages.push({ ...message, text: take(message.text) });
    else {
      truncated = true;
      if (message.severity === 'error') lostError ??= message;
    }
  };
  const close = (messages) => {
    if (lostError) messages.push({ ...lostError, text: lostError.text.slice(0, LAST_ERROR_LENGTH) });
    return truncated;
  };
  return { take, keep, close, failed: () => failed };
}

module.exports = { positionsIn, outputBudget };
