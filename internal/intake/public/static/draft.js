// What helps with the form of a suggestion where a browser runs scripts; without it the form works all the same.
// Written for old phones: nothing newer than 2011, and no library.
(function () {
  'use strict';
  var KEY = 'liaison-draft', SENT = 'liaison-sent', DAYS = 7, FIELDS = ['topic', 'village', 'text'];

  // Storage can be switched off or full; then there is no draft.
  function keep(draft) {
    try {
      if (draft) { localStorage.setItem(KEY, JSON.stringify(draft)); } else { localStorage.removeItem(KEY); }
    } catch (e) { return; }
  }

  function kept() {
    try {
      var draft = JSON.parse(localStorage.getItem(KEY));
      return draft && new Date().getTime() - draft.at < DAYS * 864e5 ? draft : null;
    } catch (e) { return null; }
  }

  // That a form of this tab was sent, until the form is shown again.
  function sent(mark) {
    try {
      var was = sessionStorage.getItem(SENT);
      if (mark) { sessionStorage.setItem(SENT, mark); } else { sessionStorage.removeItem(SENT); }
      return was;
    } catch (e) { return null; }
  }

  if (document.querySelector('[data-draft=done]')) { keep(null); sent('1'); return; }
  var form = document.getElementById('suggestion');
  if (!form) { return; }

  function each(visit) {
    for (var i = 0; i < FIELDS.length; i++) {
      if (form.elements[FIELDS[i]]) { visit(FIELDS[i], form.elements[FIELDS[i]]); }
    }
  }

  // The draft: never name, phone or photos. The key of a form that was sent goes along: where the answer got lost on the way, sending
  // the same again makes no second case.
  function save(sending) {
    var draft = { at: new Date().getTime() }, before = kept();
    each(function (name, field) { draft[name] = field.value; });
    draft.key = sending ? form.elements.idempotency_key.value : before && before.key;
    keep(draft.text || draft.topic ? draft : null);
    offerToDrop();
  }

  // On somebody else's phone the draft must not stay.
  function offerToDrop() {
    var offer = document.getElementById('draft-kept');
    offer.hidden = !kept();
    document.getElementById('draft-drop').onclick = function () {
      keep(null);
      location.replace('/suggest'); // with a key of its own
    };
  }

  function restore() {
    var draft = kept(), empty = true;
    each(function (name, field) { empty = empty && !field.value; });
    if (!draft || !empty) { return; }
    each(function (name, field) { field.value = draft[name] || ''; });
    if (draft.key) { form.elements.idempotency_key.value = draft.key; }
    document.getElementById('draft-note').hidden = false;
    offerToDrop();
  }

  // How many characters are left. Pairs of surrogates count once, as they do at the station.
  function count() {
    var left = document.getElementById('text-left'), text = form.elements.text.value;
    var length = text.replace(/[\uD800-\uDBFF][\uDC00-\uDFFF]/g, '_').length;
    left.hidden = false;
    left.textContent = left.getAttribute('data-words').replace('{n}', left.getAttribute('data-most') - length);
  }

  // The work that is asked while a flood runs: see work.js. Where it cannot be done, the slow lane is open.
  var working = false, waiting = false;
  function work() {
    if (!form.getAttribute('data-work') || !window.Worker || form.elements.work.value) { return; }
    try {
      var worker = new Worker(form.getAttribute('data-worker'));
      working = true;
      worker.onmessage = function (event) { form.elements.work.value = event.data; worked(); };
      worker.onerror = worked;
      worker.postMessage({ ticket: form.elements.ticket.value, difficulty: +form.getAttribute('data-work') });
    } catch (e) { working = false; }
  }

  function worked() {
    working = false;
    if (waiting) { form.submit(); }
  }

  var button = form.querySelector('button[type=submit]'), label = button.textContent;
  form.addEventListener('input', function () { save(false); count(); });
  form.addEventListener('change', function () { save(false); });
  form.addEventListener('submit', function (event) {
    save(true);
    button.textContent = form.getAttribute('data-busy');
    if (working) {
      waiting = true;
      event.preventDefault();
    }
  });
  // Back from the next page, or after a connection that broke off. Back from the receipt, the form holds the name and phone of who has just
  // sent it, which the next at this phone must not see, and a key that is used up: it begins anew.
  window.addEventListener('pageshow', function () {
    button.textContent = label;
    waiting = false;
    if (sent() && (form.elements.text.value || form.elements.name.value || form.elements.phone.value)) {
      form.reset();
      location.replace('/suggest');
    }
  });

  restore();
  count();
  work();
})();
