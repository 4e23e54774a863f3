// One file goes to the server as it is; its answer goes to a store of the page. Boxes are made by dashboards/kit/upload.py.
(function () {
  var sent = new WeakMap(); // box: the request that runs

  function set(box, part, props) {
    if (box.isConnected) window.dash_clientside.set_props(box.id + "-" + part, props);
  }
  function filled(line, values) {
    return line.replace(/%(\w+)%/g, function (_, name) { return values[name]; }); // prettier-ignore
  }
  function megabytes(bytes) {
    return (bytes / 1048576).toFixed(bytes < 10485760 ? 2 : 1) + " MB";
  }
  function say(box, line, wrong) {
    box.classList.toggle("is-wrong", Boolean(wrong));
    set(box, "said", { children: line });
  }

  function send(box, file) {
    if (sent.has(box)) return;
    if (file.size > Number(box.dataset.limit)) return say(box, filled(box.dataset.large, { size: megabytes(file.size) }), true);
    var request = new XMLHttpRequest();
    sent.set(box, request);
    box.classList.add("is-sending");
    function over(line, wrong) {
      sent.delete(box);
      box.classList.remove("is-sending");
      say(box, line, wrong);
    }
    function going(done) {
      if (!box.isConnected) return request.abort(); // the page was left
      set(box, "bar", { value: file.size ? (100 * done) / file.size : 0 });
      say(box, filled(box.dataset.sending, { name: file.name, done: megabytes(done), total: megabytes(file.size) }));
    }
    request.upload.onprogress = function (event) { going(event.loaded); }; // prettier-ignore
    request.onabort = function () { over(box.dataset.stopped); }; // prettier-ignore
    request.onerror = function () { over(box.dataset.failed, true); }; // prettier-ignore
    request.onload = function () {
      var answer = {};
      try {
        answer = JSON.parse(request.responseText);
      } catch (error) {} // a proxy's page, or that which asks for the token: nothing for a person to read
      var refused = { 401: box.dataset.locked, 413: filled(box.dataset.large, { size: megabytes(file.size) }) };
      if (!answer.id) return over(answer.error || refused[request.status] || box.dataset.failed, true);
      set(box, "bar", { value: 100 });
      over(filled(box.dataset.sent, { name: answer.name, total: megabytes(answer.bytes) }));
      set(box, "uploaded", { data: answer });
    };
    request.open("POST", box.dataset.to);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.setRequestHeader("X-File-Name", encodeURIComponent(file.name));
    going(0);
    request.send(file);
  }

  document.addEventListener("click", function (event) {
    var box = event.target.closest && event.target.closest(".upload");
    if (!box) return;
    if (event.target.closest(".upload-stop") && sent.has(box)) sent.get(box).abort();
    if (!event.target.closest(".upload-choose")) return;
    var field = document.createElement("input");
    field.type = "file";
    field.onchange = function () { if (field.files.length) send(box, field.files[0]); }; // prettier-ignore
    field.click();
  });
  ["dragover", "dragleave", "drop"].forEach(function (kind) {
    document.addEventListener(kind, function (event) {
      var box = event.target.closest && event.target.closest(".upload");
      if (!box) return;
      event.preventDefault();
      box.classList.toggle("is-over", kind === "dragover");
      if (kind === "drop" && event.dataTransfer.files.length) send(box, event.dataTransfer.files[0]);
    });
  });
})();
