# The look of every figure of tplot, copied into each script. Colours that the colour-blind can
# tell apart (Okabe and Ito, 2008), with a marker of its own for each, so that they also differ in
# print. Markers are the filled ones; each has its hollow twin one below.
set encoding utf8
set linetype 1 lc rgb '#0072B2' pt 7
set linetype 2 lc rgb '#D55E00' pt 5
set linetype 3 lc rgb '#009E73' pt 9
set linetype 4 lc rgb '#CC79A7' pt 13
set linetype 5 lc rgb '#E69F00' pt 11
set linetype 6 lc rgb '#56B4E9' pt 15
set linetype 7 lc rgb '#000000' pt 7
set linetype 8 lc rgb '#7A5230' pt 5
set linetype cycle 8
# Percentiles: 25th, 75th, 99th; the median is solid.
set dashtype 1 (2,5)
set dashtype 3 (14,5,2,5)
set dashtype 4 (11,6)
set border 3 lc rgb '#404040'
set tics nomirror out scale 0.6,0.3 textcolor rgb '#202020'
set grid xtics ytics lt 1 dt solid lw 1 lc rgb '#E4E4E4'
set style fill solid
unset key
