// While something is about to change the page looks again by itself, unless somebody is choosing; without this script
// there is a link to touch. Written for browsers of ten years ago.
(function () {
  var main = document.querySelector("main");
  function again() {
    var asked = new XMLHttpRequest();
    asked.open("GET", location.href);
    asked.timeout = 5000;
    asked.onload = function () {
      if (asked.status === 200) {
        var page = new DOMParser().parseFromString(asked.responseText, "text/html");
        var next = page.querySelector("main");
        if (next && next.innerHTML !== main.innerHTML) {
          main.innerHTML = next.innerHTML;
          main.setAttribute("data-again", next.getAttribute("data-again"));
        }
      }
    };
    asked.onloadend = wait;
    asked.send();
  }
  function wait() {
    var seconds = Number(main.getAttribute("data-again"));
    if (seconds) setTimeout(again, seconds * 1000);
  }
  wait();
})();
