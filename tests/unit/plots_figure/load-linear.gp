# Drawn again by gnuplot with the name of this script. Figure and data are beside it.
# style
name = 'load-linear.gp'
if (exists('ARG0') && strlen(ARG0) > strlen(name)) cd ARG0[1:strlen(ARG0) - strlen(name)]
data = 'load-linear.dat'
set terminal svg size 640,716 fixed noenhanced font 'sans-serif,12' background '#ffffff'
set output 'load-linear.svg'
set multiplot
set label 'vhost-off against vhost-on' at screen 0.15000,0.96927 left font ',15'
set label 'imix, 64 guests, process, virtio, poisson arrivals' at screen 0.15000,0.93994 left font ',11'
set arrow from screen 0.15000,0.13687 to screen 0.19687,0.13687 nohead lt 1 lw 2
set label '' at screen 0.17344,0.13687 point lt 1 pt 7 ps 1.1
set label 'vhost-off' at screen 0.20938,0.13687 left
set arrow from screen 0.34953,0.13687 to screen 0.39641,0.13687 nohead lt 2 lw 2
set label '' at screen 0.37297,0.13687 point lt 2 pt 5 ps 1.1
set label 'vhost-on' at screen 0.40891,0.13687 left
set arrow from screen 0.15000,0.10894 to screen 0.19687,0.10894 nohead lw 1.4 dt 1 lc rgb '#404040'
set label '25th' at screen 0.20938,0.10894 left
set arrow from screen 0.29250,0.10894 to screen 0.33937,0.10894 nohead lw 2 dt solid lc rgb '#404040'
set label 'median' at screen 0.35187,0.10894 left
set arrow from screen 0.45781,0.10894 to screen 0.50469,0.10894 nohead lw 1.4 dt 3 lc rgb '#404040'
set label '75th' at screen 0.51719,0.10894 left
set arrow from screen 0.60031,0.10894 to screen 0.64719,0.10894 nohead lw 1.4 dt 4 lc rgb '#404040'
set label '99th percentile' at screen 0.65969,0.10894 left
set label 'bars: smallest to largest of 3 repetitions' at screen 0.15000,0.08101 left font ',11'
set label 'arrow: at least 4.32 ms, it falls among lost frames' at screen 0.15000,0.05307 left font ',11'
set label 'hollow: not to be relied on' at screen 0.15000,0.02514 left font ',11'
set lmargin at screen 0.15000
set rmargin at screen 0.96250
set tmargin at screen 0.91341
set bmargin at screen 0.48017
set xrange [0:832000]
set xtics ('' 0, '' 200000, '' 400000, '' 600000, '' 800000)
set ylabel 'response time (ms)'
set yrange [0:18000000]
set ytics ('0' 0, '2' 2000000, '4' 4000000, '6' 6000000, '8' 8000000, '10' 10000000, '12' 12000000, '14' 14000000, '16' 16000000, '18' 18000000)
plot data index 0 using 2:3 with lines lt 1 lw 1.4 dt 1, \
  data index 0 using 2:4 with lines lt 1 lw 2 dt solid, \
  data index 0 using 2:5 with lines lt 1 lw 1.4 dt 3, \
  data index 0 using 2:(int($11) & 4 ? ($5 < 16362000 ? $5 : 16362000) : NaN):(0):(1260000) with vectors head filled size screen 0.008,22 lt 1 lw 2.6, \
  data index 0 using 2:6 with lines lt 1 lw 1.4 dt 4, \
  data index 0 using 2:(int($11) & 8 ? ($6 < 16362000 ? $6 : 16362000) : NaN):(0):(1260000) with vectors head filled size screen 0.008,22 lt 1 lw 2.6, \
  data index 0 using 2:7:(0):($8 - $7) with vectors heads size graph 0.005,90 lt 1 lw 1, \
  data index 0 using 2:9:(0):($10 - $9) with vectors heads size graph 0.005,90 lt 1 lw 1, \
  data index 0 using 2:($16 == 1 ? $4 : NaN) with points lt 1 pt 7 ps 1.1 lw 1.5, \
  data index 0 using 2:($16 == 0 ? $4 : NaN) with points lc rgb '#ffffff' pt 7 ps 1.1, \
  data index 0 using 2:($16 == 0 ? $4 : NaN) with points lt 1 pt 6 ps 1.1 lw 1.5, \
  data index 1 using 2:3 with lines lt 2 lw 1.4 dt 1, \
  data index 1 using 2:4 with lines lt 2 lw 2 dt solid, \
  data index 1 using 2:5 with lines lt 2 lw 1.4 dt 3, \
  data index 1 using 2:6 with lines lt 2 lw 1.4 dt 4, \
  data index 1 using 2:(int($11) & 8 ? ($6 < 16362000 ? $6 : 16362000) : NaN):(0):(1260000) with vectors head filled size screen 0.008,22 lt 2 lw 2, \
  data index 1 using 2:7:(0):($8 - $7) with vectors heads size graph 0.005,90 lt 2 lw 1, \
  data index 1 using 2:9:(0):($10 - $9) with vectors heads size graph 0.005,90 lt 2 lw 1, \
  data index 1 using 2:($16 == 1 ? $4 : NaN) with points lt 2 pt 5 ps 0.95 lw 1.5, \
  data index 1 using 2:($16 == 0 ? $4 : NaN) with points lc rgb '#ffffff' pt 5 ps 0.95, \
  data index 1 using 2:($16 == 0 ? $4 : NaN) with points lt 2 pt 4 ps 0.95 lw 1.5
unset label
unset arrow
unset logscale
set lmargin at screen 0.15000
set rmargin at screen 0.96250
set tmargin at screen 0.45223
set bmargin at screen 0.22905
set xtics ('0' 0, '200' 200000, '400' 400000, '600' 600000, '800' 800000)
set xlabel 'offered load (kpps)'
set ylabel 'loss (%)'
set yrange [0:0.8]
set ytics ('0' 0, '20' 0.2, '40' 0.4, '60' 0.6, '80' 0.8)
plot data index 0 using 2:12 with lines lt 1 lw 2.6, \
  data index 0 using 2:13:(0):($14 - $13) with vectors heads size graph 0.005,90 lt 1 lw 1, \
  data index 0 using 2:($16 == 1 ? $12 : NaN) with points lt 1 pt 7 ps 1.1 lw 1.5, \
  data index 0 using 2:($16 == 0 ? $12 : NaN) with points lc rgb '#ffffff' pt 7 ps 1.1, \
  data index 0 using 2:($16 == 0 ? $12 : NaN) with points lt 1 pt 6 ps 1.1 lw 1.5, \
  data index 1 using 2:12 with lines lt 2 lw 2, \
  data index 1 using 2:13:(0):($14 - $13) with vectors heads size graph 0.005,90 lt 2 lw 1, \
  data index 1 using 2:($16 == 1 ? $12 : NaN) with points lt 2 pt 5 ps 0.95 lw 1.5, \
  data index 1 using 2:($16 == 0 ? $12 : NaN) with points lc rgb '#ffffff' pt 5 ps 0.95, \
  data index 1 using 2:($16 == 0 ? $12 : NaN) with points lt 2 pt 4 ps 0.95 lw 1.5
unset multiplot
set output
