// A worker that finds the number a ticket asks for: SHA-256 over the ticket, a colon and the number must begin with as many zero bits
// as the ticket's difficulty. It computes by itself, because browsers hash only on pages that came by TLS, and station sites on a
// county's own network may not.
(function () {
  'use strict';
  var K = [], START = [];

  // The constants of SHA-256 are the first 32 bits of the fractional parts of the roots of the first primes.
  function fraction(x) { return ((x - Math.floor(x)) * 4294967296) | 0; }
  for (var n = 2; K.length < 64; n++) {
    var prime = true;
    for (var f = 2; f * f <= n; f++) { if (n % f === 0) { prime = false; break; } }
    if (prime) {
      if (START.length < 8) { START.push(fraction(Math.pow(n, 1 / 2))); }
      K.push(fraction(Math.pow(n, 1 / 3)));
    }
  }

  // The text is ASCII and, with its padding, one block. Returned are the first two words of the digest, enough for 64 bits.
  var W = new Array(64);
  function hash(text) {
    var i, a = START[0], b = START[1], c = START[2], d = START[3], e = START[4], f = START[5], g = START[6], h = START[7];
    for (i = 0; i < 16; i++) { W[i] = 0; }
    for (i = 0; i < text.length; i++) { W[i >> 2] |= text.charCodeAt(i) << (24 - (i & 3) * 8); }
    W[i >> 2] |= 0x80 << (24 - (i & 3) * 8);
    W[15] = text.length * 8;
    for (i = 0; i < 64; i++) {
      if (i > 15) {
        var x = W[i - 15], y = W[i - 2];
        W[i] = (((x >>> 7 | x << 25) ^ (x >>> 18 | x << 14) ^ x >>> 3) + ((y >>> 17 | y << 15) ^ (y >>> 19 | y << 13) ^ y >>> 10) +
          W[i - 7] + W[i - 16]) | 0;
      }
      var one = (h + ((e >>> 6 | e << 26) ^ (e >>> 11 | e << 21) ^ (e >>> 25 | e << 7)) + (e & f ^ ~e & g) + K[i] + W[i]) | 0;
      var two = (((a >>> 2 | a << 30) ^ (a >>> 13 | a << 19) ^ (a >>> 22 | a << 10)) + (a & b ^ a & c ^ b & c)) | 0;
      h = g; g = f; f = e; e = (d + one) | 0; d = c; c = b; b = a; a = (one + two) | 0;
    }
    return [(a + START[0]) | 0, (b + START[1]) | 0];
  }

  function zeros(words) {
    for (var bits = 0; bits < 64; bits++) {
      if (words[bits >> 5] & 1 << (31 - (bits & 31))) { return bits; }
    }
    return 64;
  }

  self.onmessage = function (event) {
    var prefix = event.data.ticket + ':';
    for (var n = 0; ; n++) {
      if (zeros(hash(prefix + n)) >= event.data.difficulty) {
        self.postMessage(String(n));
        return;
      }
    }
  };
})();
