(function () {
  'use strict';
  var svg = document.documentElement;
  var frames = Array.prototype.slice.call(svg.querySelectorAll('.f'));
  var width = +svg.getAttribute('data-width');
  var total = +svg.getAttribute('data-samples');
  var at = svg.querySelector('#at');
  var back = svg.querySelector('#back');
  var find = svg.querySelector('#find');

  function of(frame) {
    return { from: +frame.getAttribute('data-x'), samples: +frame.getAttribute('data-n'), row: +frame.getAttribute('data-y') };
  }

  function title(frame) { return frame.querySelector('title').textContent; }

  /* Gives the whole width to one frame: what stands on it grows, what it stands on is dimmed, all else goes. */
  function zoom(chosen) {
    var c = of(chosen);
    frames.forEach(function (frame) {
      var f = of(frame);
      var inside = f.from >= c.from && f.from + f.samples <= c.from + c.samples && f.row >= c.row;
      var below = f.row < c.row && f.from <= c.from && f.from + f.samples >= c.from + c.samples;
      var x = below ? 0 : (f.from - c.from) / c.samples * width;
      var wide = below ? width : f.samples / c.samples * width;
      frame.classList.toggle('gone', !(inside || below) || wide < 0.3);
      frame.classList.toggle('dim', below);
      var rect = frame.querySelector('rect');
      rect.setAttribute('x', x);
      rect.setAttribute('width', wide);
      var text = frame.querySelector('text');
      var label = frame.getAttribute('data-l');
      var fits = Math.floor((wide - 6) / 6.7);
      text.setAttribute('x', x + 3);
      text.textContent = fits < 3 ? '' : label.length <= fits ? label : label.slice(0, fits - 1) + '…';
    });
    back.classList.toggle('gone', c.samples === total);
  }

  function search() {
    var wanted = window.prompt('Functions whose name holds (a regular expression; nothing ends the search):', '');
    if (wanted === null) { return; }
    var pattern;
    try { pattern = new RegExp(wanted); } catch (wrong) { at.textContent = 'no regular expression: ' + wanted; return; }
    var spans = [];
    frames.forEach(function (frame) {
      var hit = wanted !== '' && pattern.test(title(frame));
      frame.classList.toggle('found', hit);
      if (hit) { spans.push(of(frame)); }
    });
    spans.sort(function (a, b) { return a.from - b.from || b.samples - a.samples; });
    var sum = 0;
    var end = -1;
    spans.forEach(function (s) { if (s.from >= end) { sum += s.samples; end = s.from + s.samples; } });
    at.textContent = wanted === '' ? '' : 'found in ' + (100 * sum / total).toFixed(1) + ' % of the samples';
  }

  frames.forEach(function (frame) {
    frame.addEventListener('click', function () { zoom(frame); });
    frame.addEventListener('mouseover', function () { at.textContent = title(frame); });
  });
  back.addEventListener('click', function () { zoom(frames[0]); });
  find.addEventListener('click', search);
  window.addEventListener('keydown', function (event) {
    if (event.key === '/') { event.preventDefault(); search(); }
    if (event.key === 'Escape') { zoom(frames[0]); }
  });
  find.classList.remove('gone');
})();
