/* Checks the text of a vaccination certificate in the browser (docs/checking.md): base45, zlib, CBOR, COSE, ES256.
   Knows no page: check.js shows what it says. The server says the same (certificates/checking.py). */
(() => {
  "use strict";
  const PREFIX = "HC1:";
  const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
  const LONGEST = 4296; // Characters that the largest QR code holds.
  const MOST_BYTES = 65536, DEEPEST = 12;
  const ALG = 1, KID = 4, ES256 = -7, EXPIRES = 4, ISSUED = 6, HEALTH = -260, EU = 1;
  const CWT_TAG = 61, SIGN1_TAG = 18;
  // Half the order of P-256 (SEC 2, section 2.4.2): of the two forms of a signature, ours is the one with the smaller s.
  const LARGEST_S = "7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8";
  const SLOW_CLOCK = 300; // Seconds that a phone's clock may be behind.

  class Damaged extends Error {}
  const damaged = (why) => { throw new Damaged(why); };
  const bytesOf = (base64) => Uint8Array.from(atob(base64), (one) => one.charCodeAt(0));
  const bytesOfUrl = (base64) => bytesOf(base64.replace(/-/g, "+").replace(/_/g, "/"));
  const hex = (bytes) => [...bytes].map((one) => one.toString(16).padStart(2, "0")).join("");

  // RFC 9285: three characters are two bytes, two are one.
  const base45 = (text) => {
    const values = [...text].map((one) => ALPHABET.indexOf(one));
    if (values.includes(-1) || values.length % 3 === 1) damaged("base45");
    const bytes = [];
    for (let at = 0; at < values.length; at += 3) {
      const [low, middle, high] = values.slice(at, at + 3);
      const value = low + 45 * middle + (high === undefined ? 0 : 2025 * high);
      if (value > (high === undefined ? 255 : 65535)) damaged("base45");
      if (high !== undefined) bytes.push(value >> 8);
      bytes.push(value & 255);
    }
    return Uint8Array.from(bytes);
  };

  // A small text may unpack to gigabytes: it is read piece by piece, and no further than allowed.
  const inflate = async (packed) => {
    const reader = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate")).getReader();
    const pieces = [];
    let size = 0;
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        size += value.length;
        if (size > MOST_BYTES) { reader.cancel().catch(() => {}); damaged("too large"); }
        pieces.push(value);
      }
    } catch { damaged("zlib"); }
    const whole = new Uint8Array(size);
    let at = 0;
    for (const piece of pieces) { whole.set(piece, at); at += piece.length; }
    return whole;
  };

  // RFC 8949, only what a certificate needs: no floats, no simple values, no indefinite lengths,
  // no key twice, nothing after the end. Maps are Maps, because their keys are numbers too.
  const cbor = (bytes) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let at = 0;
    const take = (count) => { if (count > bytes.length - at) damaged("cbor ends"); at += count; return at - count; };
    const argument = (small) => {
      if (small < 24) return small;
      const size = { 24: 1, 25: 2, 26: 4, 27: 8 }[small] || damaged("cbor length");
      const from = take(size);
      const value = size === 1 ? view.getUint8(from) : size === 2 ? view.getUint16(from) : size === 4 ? view.getUint32(from) : Number(view.getBigUint64(from));
      if (value < { 1: 24, 2: 256, 4: 65536, 8: 4294967296 }[size] || !Number.isSafeInteger(value)) damaged("cbor length");
      return value;
    };
    const item = (depth) => {
      if (depth > DEEPEST) damaged("cbor depth");
      const head = view.getUint8(take(1));
      const kind = head >> 5;
      if (kind === 7) damaged("cbor kind");
      const value = argument(head & 31);
      if (kind === 0) return value;
      if (kind === 1) return -1 - value;
      if (kind === 2) { const from = take(value); return bytes.slice(from, at); }
      if (kind === 3) {
        const from = take(value);
        try { return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes.subarray(from, at)); } catch { return damaged("cbor text"); }
      }
      if (kind === 4) { const list = []; for (let one = 0; one < value; one++) list.push(item(depth + 1)); return list; }
      if (kind === 5) {
        const map = new Map();
        for (let one = 0; one < value; one++) {
          const key = item(depth + 1);
          if (!["number", "string"].includes(typeof key) || map.has(key)) damaged("cbor key");
          map.set(key, item(depth + 1));
        }
        return map;
      }
      if (depth > 1 || ![CWT_TAG, SIGN1_TAG].includes(value)) damaged("cbor tag");
      return { tag: value, item: item(depth + 1) };
    };
    const whole = item(0);
    if (at !== bytes.length) damaged("cbor goes on");
    return whole;
  };

  // The head of a byte string (RFC 8949, major type 2), for what is signed.
  const byteString = (bytes) => {
    const size = bytes.length;
    const head = size < 24 ? [64 + size] : size < 256 ? [88, size] : size < 65536 ? [89, size >> 8, size & 255] : damaged("too large");
    return [...head, ...bytes];
  };
  const SIGNATURE1 = [132, 106, ...new TextEncoder().encode("Signature1")];

  // RFC 9052: [protected, unprotected, payload, signature], in one or two tags or none.
  const unpack = async (text) => {
    const packed = base45(text.slice(PREFIX.length));
    if ((packed[0] & 15) !== 8) damaged("zlib");
    let cose = cbor(await inflate(packed));
    if (cose.tag === CWT_TAG) { cose = cose.item; if (cose.tag !== SIGN1_TAG) damaged("tags"); }
    if (cose.tag === SIGN1_TAG) cose = cose.item;
    if (!Array.isArray(cose) || cose.length !== 4) damaged("cose");
    const [protect, unprotected, payload, signature] = cose;
    if (![protect, payload, signature].every((one) => one instanceof Uint8Array) || !(unprotected instanceof Map)) damaged("cose");
    if (signature.length !== 64) damaged("signature");
    const header = protect.length ? cbor(protect) : new Map();
    if (!(header instanceof Map)) damaged("header");
    // The protected identifier of the key wins; the algorithm counts only where it is signed.
    const kid = header.has(KID) ? header.get(KID) : unprotected.get(KID);
    const claims = cbor(payload);
    if (!(claims instanceof Map)) damaged("claims");
    return { alg: header.get(ALG), kid, claims, signature, signed: Uint8Array.from([...SIGNATURE1, ...byteString(protect), 64, ...byteString(payload)]) };
  };

  const imported = (jwk) => crypto.subtle.importKey("jwk", { kty: "EC", crv: "P-256", x: jwk.x, y: jwk.y }, { name: "ECDSA", namedCurve: "P-256" }, false, ["verify"]);
  const isSigned = async (keys, signature, signed) => {
    for (const key of keys) {
      try {
        if (await crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, await imported(key.jwk), signature, signed)) return key;
      } catch { /* No key of ours is like that. */ }
    }
    return null;
  };

  // What a page may show of it: no more than a glance at an identity paper needs.
  const factsOf = (claims) => {
    const dcc = claims.get(HEALTH) instanceof Map && claims.get(HEALTH).get(EU);
    const [dose] = (dcc instanceof Map && dcc.get("v")) || [];
    const name = dcc && dcc.get("nam");
    if (!(dose instanceof Map) || !(name instanceof Map)) damaged("certificate");
    const words = (map, key) => { const value = map.get(key); return typeof value === "string" ? value : ""; };
    const [first, ...others] = ["fn", "gn"].map((key) => words(name, key) || words(name, `${key}t`).replace(/</g, " ")).join(" ").split(/\s+/).filter(Boolean);
    return {
      uvci: words(dose, "ci"),
      name: [first || "", ...others.map((one) => `${[...one][0]}.`)].join(" ").toUpperCase(),
      born: words(dcc, "dob").slice(0, 4),
      vaccine: words(dose, "mp"),
      given_on: words(dose, "dt"),
      dose: `${dose.get("dn")}/${dose.get("sd")}`,
    };
  };

  // The list of ended certificates: the first 8 bytes of the SHA-256 of each UVCI, sorted, by reason.
  const listed = async (uvci, list) => {
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(uvci)));
    const wanted = hex(digest.slice(0, 8));
    for (const reason of ["revoked", "replaced"]) {
      const bytes = bytesOf((list && list.entries[reason]) || "");
      let low = 0, high = bytes.length / 8 - 1;
      while (low <= high) {
        const middle = (low + high) >> 1;
        const found = hex(bytes.subarray(middle * 8, middle * 8 + 8));
        if (found === wanted) return reason;
        if (found < wanted) low = middle + 1; else high = middle - 1;
      }
    }
    return "";
  };

  const isInForce = (key, seconds) => Date.parse(key.not_before) <= seconds * 1000 && seconds * 1000 <= Date.parse(key.not_after);

  // Returns {answer, and the facts of a certificate that is ours}. keys: of /check/keys.json; list: of readList, or null.
  const check = async (typed, keys, list, now = Date.now()) => {
    const text = typed.replace(/[\r\n\t]/g, "").trim();
    if (!text.startsWith(PREFIX)) return { answer: "not_ours" };
    if (text.length > LONGEST) return { answer: "damaged" };
    try {
      const { alg, kid, claims, signature, signed } = await unpack(text);
      const name = kid instanceof Uint8Array ? hex(kid) : "";
      const mine = keys.filter((key) => key.use === "certificates" && hex(bytesOf(key.kid)) === name);
      if (!mine.length || alg !== ES256 || hex(signature.subarray(32)) > LARGEST_S) return { answer: "not_ours" };
      const key = await isSigned(mine, signature, signed);
      if (!key) return { answer: "not_ours" };
      const facts = factsOf(claims);
      const expires = claims.get(EXPIRES), issued = claims.get(ISSUED);
      if (![expires, issued].every(Number.isSafeInteger)) return { answer: "damaged" };
      if (!isInForce(key, issued) || !isInForce(key, expires)) return { answer: "not_ours" };
      const ended = await listed(facts.uvci, list);
      const answer = ended || (now >= expires * 1000 ? "expired" : now + SLOW_CLOCK * 1000 < issued * 1000 ? "not_yet" : "valid");
      return { answer, ...facts, expires_at: expires * 1000 };
    } catch (error) {
      if (error instanceof Damaged) return { answer: "damaged" };
      throw error;
    }
  };

  // The signed list (a compact JWS, RFC 7515). Returns its payload; null when it is not ours.
  const readList = async (jws, keys) => {
    try {
      const [head, body, signature, ...more] = jws.trim().split(".");
      const header = JSON.parse(new TextDecoder().decode(bytesOfUrl(head)));
      if (more.length || header.alg !== "ES256") return null;
      const mine = keys.filter((key) => key.use === "lists" && bytesEqual(key.kid, header.kid));
      const key = await isSigned(mine, bytesOfUrl(signature), new TextEncoder().encode(`${head}.${body}`));
      const payload = key && JSON.parse(new TextDecoder().decode(bytesOfUrl(body)));
      return payload && isInForce(key, payload.iat) && typeof payload.entries === "object" ? payload : null;
    } catch { return null; }
  };
  const bytesEqual = (one, other) => one === other || hex(bytesOfUrl(one)) === hex(bytesOfUrl(String(other)));

  const works = Boolean(self.crypto && crypto.subtle && self.DecompressionStream && self.BigInt);
  self.hc1 = { check, readList, works };
})();
