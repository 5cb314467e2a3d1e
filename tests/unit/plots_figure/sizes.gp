# Drawn again by gnuplot with the name of this script. Figure and data are beside it.
# style
name = 'sizes.gp'
if (exists('ARG0') && strlen(ARG0) > strlen(name)) cd ARG0[1:strlen(ARG0) - strlen(name)]
data = 'sizes.dat'
set terminal svg size 820,696 fixed noenhanced font 'sans-serif,12' background '#ffffff'
set output 'sizes.svg'
set multiplot
set label 'A against B' at screen 0.11707,0.96839 left font ',15'
set label 'imix' at screen 0.11707,0.93822 left font ',11'
set arrow from screen 0.11707,0.11207 to screen 0.15366,0.11207 nohead lt 1 lw 2
set label '' at screen 0.13537,0.11207 point lt 1 pt 7 ps 1.1
set label 'A' at screen 0.16341,0.11207 left
set arrow from screen 0.20159,0.11207 to screen 0.23817,0.11207 nohead lt 2 lw 2
set label '' at screen 0.21988,0.11207 point lt 2 pt 5 ps 1.1
set label 'B' at screen 0.24793,0.11207 left
set arrow from screen 0.11707,0.08333 to screen 0.15366,0.08333 nohead lw 1.2 dt solid lc rgb '#404040'
set label 'median' at screen 0.16341,0.08333 left
set arrow from screen 0.24610,0.08333 to screen 0.28268,0.08333 nohead lw 1.2 dt 4 lc rgb '#404040'
set label '99th percentile' at screen 0.29244,0.08333 left
set label 'median and bar from smallest to largest of 1 to 3 repetitions' at screen 0.11707,0.05460 left font ',11'
set label 'hollow: not to be relied on' at screen 0.64414,0.05460 left font ',11'
set label 'arrow: at least 1.8 s, it falls among lost frames' at screen 0.11707,0.02586 left font ',11'
set lmargin at screen 0.11707
set rmargin at screen 0.97073
set tmargin at screen 0.91092
set bmargin at screen 0.46523
set xrange [-0.6:2.6]
set xtics ('' 0, '' 1, '' 2)
unset xlabel
set ylabel 'response time (µs)'
set yrange [5000:500000]
set logscale y
set ytics ('5' 5000, '' 6000 1, '' 7000 1, '' 8000 1, '' 9000 1, '10' 10000, '20' 20000, '' 30000 1, '' 40000 1, '50' 50000, '' 60000 1, '' 70000 1, '' 80000 1, '' 90000 1, '100' 100000, '200' 200000, '' 300000 1, '' 400000 1, '500' 500000)
plot data index 0 using ($1 + -0.055):4 with lines lt 1 lw 1.2 dt solid, \
  data index 0 using ($1 + -0.055):5:(0):($6 - $5) with vectors heads size graph 0.005,90 lt 1 lw 1, \
  data index 0 using ($1 + -0.055):4 with points lt 1 pt 7 ps 0.9 lw 1.5, \
  data index 0 using ($1 + -0.055):8 with lines lt 1 lw 1.2 dt 4, \
  data index 0 using ($1 + -0.055):9:(0):($10 - $9) with vectors heads size graph 0.005,90 lt 1 lw 1, \
  data index 0 using ($1 + -0.055):8 with points lt 1 pt 7 ps 0.9 lw 1.5, \
  data index 0 using ($1 + -0.055):($11 == 1 ? ($8 < 352733.686 ? $8 : 352733.686) : NaN):(0):(0.35*($8 < 352733.686 ? $8 : 352733.686)) with vectors head filled size screen 0.008,22 lt 1 lw 1.4, \
  data index 1 using ($1 + 0.055):4 with lines lt 2 lw 1.2 dt solid, \
  data index 1 using ($1 + 0.055):4 with points lc rgb '#ffffff' pt 5 ps 0.9, \
  data index 1 using ($1 + 0.055):4 with points lt 2 pt 4 ps 0.9 lw 1.5, \
  data index 1 using ($1 + 0.055):8 with lines lt 2 lw 1.2 dt 4, \
  data index 1 using ($1 + 0.055):8 with points lc rgb '#ffffff' pt 5 ps 0.9, \
  data index 1 using ($1 + 0.055):8 with points lt 2 pt 4 ps 0.9 lw 1.5
unset label
unset arrow
unset logscale
set lmargin at screen 0.11707
set rmargin at screen 0.97073
set tmargin at screen 0.43649
set bmargin at screen 0.20690
set xrange [-0.6:2.6]
set xtics ('64' 0, '65–594' 1, '1518' 2)
set xlabel 'frame size with FCS (bytes)'
set ylabel 'loss (%)'
set yrange [0:0.005]
set ytics ('0' 0, '0.1' 0.001, '0.2' 0.002, '0.3' 0.003, '0.4' 0.004, '0.5' 0.005)
plot data index 0 using ($1 + -0.055):12 with lines lt 1 lw 1.2 dt solid, \
  data index 0 using ($1 + -0.055):13:(0):($14 - $13) with vectors heads size graph 0.005,90 lt 1 lw 1, \
  data index 0 using ($1 + -0.055):12 with points lt 1 pt 7 ps 0.9 lw 1.5, \
  data index 1 using ($1 + 0.055):12 with lines lt 2 lw 1.2 dt solid, \
  data index 1 using ($1 + 0.055):12 with points lc rgb '#ffffff' pt 5 ps 0.9, \
  data index 1 using ($1 + 0.055):12 with points lt 2 pt 4 ps 0.9 lw 1.5
unset multiplot
set output
