// What every runtime must do alike; run by scripts/smoke.mjs and, bundled, in the browser.
export function smoke({ dumps, loads, repr, equal, tuple, isBrineError }) {
  const say = (condition, what) => {
    if (!condition) throw new Error(`smoke: ${what}`);
  };
  const text = "caf\u00e9 \u{1f40d} \ud800 end";
  const big = "0123456789\u00e9".repeat(300_000);
  const ascii = "plain ascii ".repeat(200_000);
  const value = [null, true, -1, 2n ** 70n, 1.5, text, big, ascii, new Uint8Array([0, 255]), tuple(1, tuple("a"))];
  for (let protocol = 0; protocol <= 5; protocol++) {
    const bytes = dumps(value, { protocol });
    const back = loads(bytes);
    say(equal(back, value), `protocol ${protocol} gives back what was put in`);
    say(back[5] === text && back[6] === big && back[7] === ascii, `text at protocol ${protocol}`);
    say(repr(loads(dumps(back, { protocol })).slice(0, 6)) === repr(value.slice(0, 6)), `repr at protocol ${protocol}`);
  }
  // pickle.dumps({"a": [1, 2.0, (3,)], "b": {"x"}}, 4) of Python
  const hex =
    "8004952800000000000000" +
    "7d94288c0161945d94284b014740000000000000004b03859465" +
    "8c0162948f94288c0178949075" +
    "2e";
  const python = Uint8Array.from(hex.match(/../g), (pair) => Number.parseInt(pair, 16));
  python[3] = python.length - 11;
  say(repr(loads(python)) === "{'a': [1, 2.0, (3,)], 'b': {'x'}}", `a pickle of Python: ${repr(loads(python))}`);
  say(repr(loads(dumps(loads(python)))) === repr(loads(python)), "floats stay floats");
  let refused = null;
  try {
    loads(python.subarray(0, 20));
  } catch (e) {
    refused = e;
  }
  say(isBrineError(refused), "a cut pickle is refused with a BrineError");
  return `${dumps(value).length} bytes`;
}
