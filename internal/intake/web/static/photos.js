// Makes photos smaller before they are sent, so that five of them are two megabytes and not twenty-five on a village's poor line. The
// station makes them smaller in any case: where this cannot be done, or goes wrong, the photo is sent as it is.
(function () {
  'use strict';
  var EDGE = 1600, QUALITY = 0.85, LARGE = 1 << 20;
  var input = document.getElementById('photos');
  // Browsers that would lose which way up a photo is are left alone.
  if (!input || !window.FileReader || !HTMLCanvasElement.prototype.toBlob ||
    !window.CSS || !CSS.supports || !CSS.supports('image-orientation', 'from-image')) { return; }

  function shrink(file, done) {
    if (!/^image\/(jpeg|png|webp)$/.test(file.type) || file.size <= LARGE) { done(file); return; }
    var reader = new FileReader();
    reader.onerror = function () { done(file); };
    reader.onload = function () {
      var image = new Image();
      image.onerror = function () { done(file); };
      image.onload = function () { draw(image, file, done); };
      image.src = reader.result;
    };
    reader.readAsDataURL(file);
  }

  function draw(image, file, done) {
    try {
      var scale = Math.min(1, EDGE / Math.max(image.naturalWidth, image.naturalHeight));
      var canvas = document.createElement('canvas');
      canvas.width = Math.round(image.naturalWidth * scale);
      canvas.height = Math.round(image.naturalHeight * scale);
      var context = canvas.getContext('2d');
      context.fillStyle = '#fff'; // JPEG knows no transparency
      context.fillRect(0, 0, canvas.width, canvas.height);
      context.drawImage(image, 0, 0, canvas.width, canvas.height);
      canvas.toBlob(function (blob) {
        var name = file.name.replace(/\.[^.]*$/, '') + '.jpg';
        done(blob && blob.size < file.size ? new File([blob], name, { type: 'image/jpeg' }) : file);
      }, 'image/jpeg', QUALITY);
    } catch (e) { done(file); }
  }

  var round = 0;
  input.addEventListener('change', function () {
    var mine = ++round, chosen = [].slice.call(input.files), small = [];
    (function next() {
      if (mine !== round) { return; } // others were chosen meanwhile
      if (small.length < chosen.length) {
        shrink(chosen[small.length], function (file) { small.push(file); next(); });
        return;
      }
      try {
        var files = new DataTransfer();
        for (var i = 0; i < small.length; i++) { files.items.add(small[i]); }
        input.files = files.files;
      } catch (e) { return; }
    })();
  });
})();
