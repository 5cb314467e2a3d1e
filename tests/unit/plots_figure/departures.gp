# Drawn again by gnuplot with the name of this script. Figure and data are beside it.
# style
name = 'dep.gp'
if (exists('ARG0') && strlen(ARG0) > strlen(name)) cd ARG0[1:strlen(ARG0) - strlen(name)]
data = 'dep.dat'
set terminal pdfcairo size 8.542in,5.104in noenhanced font 'sans-serif,9' background '#ffffff'
set output 'dep.pdf'
set multiplot
set label 'A against B' at screen 0.11707,0.95510 left font ',11.25'
set label 'imix' at screen 0.11707,0.91224 left font ',8.25'
set arrow from screen 0.11707,0.07755 to screen 0.15366,0.07755 nohead lt 1 lw 2
set label '' at screen 0.13537,0.07755 point lt 1 pt 7 ps 1.1
set label 'A' at screen 0.16341,0.07755 left
set arrow from screen 0.20159,0.07755 to screen 0.23817,0.07755 nohead lt 2 lw 2
set label '' at screen 0.21988,0.07755 point lt 2 pt 5 ps 1.1
set label 'B' at screen 0.24793,0.07755 left
set label 'median and bar from smallest to largest of 1 to 3 repetitions' at screen 0.11707,0.03673 left font ',8.25'
set label 'hollow: not to be relied on' at screen 0.64414,0.03673 left font ',8.25'
set lmargin at screen 0.11707
set rmargin at screen 0.43902
set tmargin at screen 0.82449
set bmargin at screen 0.21224
set label 'from the scheduled departure' at screen 0.27805,0.85306 center font ',9'
set xrange [-0.6:3.6]
set xtics ('64' 0, '128' 1, '256' 2, '512' 3)
set xlabel 'within (ns)'
set yrange [0:1.04]
set ytics ('0' 0, '20' 0.2, '40' 0.4, '60' 0.6, '80' 0.8, '100' 1)
set ylabel 'share of frames (%)'
plot data index 0 using ($1 == 0 ? $2 + -0.055 : NaN):4 with impulses lt 1 lw 1 dt 1, \
  data index 0 using ($1 == 0 ? $2 + -0.055 : NaN):5:(0):($6 - $5) with vectors heads size graph 0.005,90 lt 1 lw 1, \
  data index 0 using ($1 == 0 ? $2 + -0.055 : NaN):4 with points lt 1 pt 7 ps 0.9 lw 1.5, \
  data index 1 using ($1 == 0 ? $2 + 0.055 : NaN):4 with impulses lt 2 lw 1 dt 1, \
  data index 1 using ($1 == 0 ? $2 + 0.055 : NaN):4 with points lc rgb '#ffffff' pt 5 ps 0.9, \
  data index 1 using ($1 == 0 ? $2 + 0.055 : NaN):4 with points lt 2 pt 4 ps 0.9 lw 1.5
unset label
unset arrow
unset logscale
set lmargin at screen 0.46341
set rmargin at screen 0.78537
set tmargin at screen 0.82449
set bmargin at screen 0.21224
set label 'from the scheduled gap' at screen 0.62439,0.85306 center font ',9'
set xrange [-0.6:3.6]
set xtics ('64' 0, '128' 1, '256' 2, '512' 3)
set xlabel 'within (ns)'
set yrange [0:1.04]
set ytics ('' 0, '' 0.2, '' 0.4, '' 0.6, '' 0.8, '' 1)
unset ylabel
plot data index 0 using ($1 == 1 ? $2 + -0.055 : NaN):4 with impulses lt 1 lw 1 dt 1, \
  data index 0 using ($1 == 1 ? $2 + -0.055 : NaN):5:(0):($6 - $5) with vectors heads size graph 0.005,90 lt 1 lw 1, \
  data index 0 using ($1 == 1 ? $2 + -0.055 : NaN):4 with points lt 1 pt 7 ps 0.9 lw 1.5
unset label
unset arrow
unset logscale
set lmargin at screen 0.80976
set rmargin at screen 0.97073
set tmargin at screen 0.82449
set bmargin at screen 0.21224
set label 'in bursts' at screen 0.89024,0.85306 center font ',9'
set xrange [-0.6:0.6]
set xtics ('' 0)
unset xlabel
set yrange [0:1.04]
set ytics ('' 0, '' 0.2, '' 0.4, '' 0.6, '' 0.8, '' 1)
unset ylabel
plot data index 0 using ($1 == 2 ? $2 + -0.055 : NaN):4 with impulses lt 1 lw 1 dt 1, \
  data index 0 using ($1 == 2 ? $2 + -0.055 : NaN):5:(0):($6 - $5) with vectors heads size graph 0.005,90 lt 1 lw 1, \
  data index 0 using ($1 == 2 ? $2 + -0.055 : NaN):4 with points lt 1 pt 7 ps 0.9 lw 1.5, \
  data index 1 using ($1 == 2 ? $2 + 0.055 : NaN):4 with impulses lt 2 lw 1 dt 1, \
  data index 1 using ($1 == 2 ? $2 + 0.055 : NaN):4 with points lc rgb '#ffffff' pt 5 ps 0.9, \
  data index 1 using ($1 == 2 ? $2 + 0.055 : NaN):4 with points lt 2 pt 4 ps 0.9 lw 1.5
unset multiplot
set output
