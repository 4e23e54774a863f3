// What Plotly's toolbar and axes say in Korean. Plotly takes up what stands in this list when it is loaded.
(function () {
  var days = ["일요일", "월요일", "화요일", "수요일", "목요일", "금요일", "토요일"];
  var months = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12].map(function (month) { return month + "월"; }); // prettier-ignore
  var korean = {
    moduleType: "locale",
    name: "ko",
    dictionary: {
      Autoscale: "축 자동 맞춤",
      "Box Select": "사각형 선택",
      "Click to enter Plot title": "그림 제목 쓰기",
      "Click to enter X axis title": "가로축 제목 쓰기",
      "Click to enter Y axis title": "세로축 제목 쓰기",
      "Compare data on hover": "가리킨 곳의 값 비교",
      "Double-click on legend to isolate one trace": "범례를 두 번 누르면 그 계열만 봅니다",
      "Double-click to zoom back out": "두 번 누르면 처음 크기로 돌아갑니다",
      "Download plot": "그림 저장",
      "Download plot as a PNG": "PNG 그림으로 저장",
      "Lasso Select": "올가미 선택",
      Pan: "이동",
      Reset: "처음대로",
      "Reset axes": "축 처음대로",
      "Show closest data on hover": "가장 가까운 값 보기",
      "Snapshot succeeded": "그림을 저장했습니다",
      "Sorry, there was a problem downloading your snapshot!": "그림을 저장하지 못했습니다",
      "Taking snapshot - this may take a few seconds": "그림을 만들고 있습니다",
      "Toggle Spike Lines": "안내선 켜기/끄기",
      Zoom: "확대 영역 고르기",
      "Zoom in": "확대",
      "Zoom out": "축소",
    },
    format: {
      days: days,
      shortDays: days.map(function (day) { return day[0]; }), // prettier-ignore
      months: months,
      shortMonths: months,
      date: "%Y-%m-%d",
      decimal: ".",
      thousands: ",",
    },
  };
  if (window.Plotly) window.Plotly.register(korean);
  else (window.PlotlyLocales = window.PlotlyLocales || []).push(korean);
})();
