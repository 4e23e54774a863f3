(function(){
var heads=document.querySelectorAll('#rows thead button'),body=document.querySelector('#rows tbody');
function column(head){return head.hasAttribute('rowspan')?head.cellIndex:head.cellIndex+2;}
heads.forEach(function(button){button.addEventListener('click',function(){
var head=button.parentNode,at=column(head),down=head.getAttribute('aria-sort')!=='descending';
heads.forEach(function(other){other.parentNode.setAttribute('aria-sort','none');});
head.setAttribute('aria-sort',down?'descending':'ascending');
Array.from(body.rows).sort(function(a,b){
var x=a.cells[at].dataset.value,y=b.cells[at].dataset.value;
if(x===''||y==='')return (x==='')-(y==='');
var order=isNaN(x)||isNaN(y)?y.localeCompare(x):x-y;return down?-order:order;
}).forEach(function(row){body.appendChild(row);});});});
var left=document.getElementById('left'),right=document.getElementById('right'),holder=document.getElementById('grids');
if(!holder)return;
function cuts(grid,name){
var row=Array.from(grid.querySelectorAll('tr')).find(function(row){return row.dataset.name===name;});
return row.dataset.cuts?row.dataset.cuts.split(' '):[];}
function show(){
var pair=left.value&&right.value&&left.value!==right.value,grids=Array.from(holder.children);
grids.forEach(function(grid){
grid.querySelectorAll('tr').forEach(function(row){
row.hidden=!!(left.value||right.value)&&row.dataset.name!==left.value&&row.dataset.name!==right.value;});
var score=-grid.dataset.rank;
if(pair){var a=cuts(grid,left.value),b=cuts(grid,right.value);
score=(a.filter(function(cut){return b.indexOf(cut)<0;}).length+b.filter(function(cut){return a.indexOf(cut)<0;}).length)/grid.dataset.columns;}
grid.hidden=pair&&!score;grid.score=score;});
grids.sort(function(a,b){return b.score-a.score;}).forEach(function(grid){holder.appendChild(grid);});}
left.addEventListener('change',show);right.addEventListener('change',show);
})();
