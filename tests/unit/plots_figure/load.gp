# Drawn again by gnuplot with the name of this script. Figure and data are beside it.
# style
name = 'load.gp'
if (exists('ARG0') && strlen(ARG0) > strlen(name)) cd ARG0[1:strlen(ARG0) - strlen(name)]
data = 'load.dat'
set terminal svg size 820,696 fixed noenhanced font 'sans-serif,12' background '#ffffff'
set output 'load.svg'
set multiplot
set label 'vhost-off against vhost-on' at screen 0.11707,0.96839 left font ',15'
set label 'imix, 64 guests, process, virtio, poisson arrivals' at screen 0.11707,0.93966 left font ',11'
set arrow from screen 0.11707,0.11207 to screen 0.15366,0.11207 nohead lt 1 lw 2
set label '' at screen 0.13537,0.11207 point lt 1 pt 7 ps 1.1
set label 'vhost-off' at screen 0.16341,0.11207 left
set arrow from screen 0.27280,0.11207 to screen 0.30939,0.11207 nohead lt 2 lw 2
set label '' at screen 0.29110,0.11207 point lt 2 pt 5 ps 1.1
set label 'vhost-on' at screen 0.31915,0.11207 left
set arrow from screen 0.11707,0.08333 to screen 0.15366,0.08333 nohead lw 1.4 dt 1 lc rgb '#404040'
set label '25th' at screen 0.16341,0.08333 left
set arrow from screen 0.21854,0.08333 to screen 0.25512,0.08333 nohead lw 2 dt solid lc rgb '#404040'
set label 'median' at screen 0.26488,0.08333 left
set arrow from screen 0.33780,0.08333 to screen 0.37439,0.08333 nohead lw 1.4 dt 3 lc rgb '#404040'
set label '75th' at screen 0.38415,0.08333 left
set arrow from screen 0.43927,0.08333 to screen 0.47585,0.08333 nohead lw 1.4 dt 4 lc rgb '#404040'
set label '99th percentile' at screen 0.48561,0.08333 left
set label 'bars: minimum to maximum of 3 repetitions' at screen 0.11707,0.05460 left font ',11'
set label 'arrow: at least 4.32 ms, among lost frames' at screen 0.48092,0.05460 left font ',11'
set label 'hollow: unreliable trial' at screen 0.11707,0.02586 left font ',11'
set label 'large marker: median, small: 99th percentile' at screen 0.34220,0.02586 left font ',11'
set lmargin at screen 0.11707
set rmargin at screen 0.97073
set tmargin at screen 0.91092
set bmargin at screen 0.46523
set xrange [0:832000]
set xtics ('' 0, '' 200000, '' 400000, '' 600000, '' 800000)
set ylabel 'latency'
set yrange [50000:20000000]
set logscale y
set ytics ('50 µs' 50000, '' 60000 1, '' 70000 1, '' 80000 1, '' 90000 1, '100 µs' 100000, '200 µs' 200000, '' 300000 1, '' 400000 1, '500 µs' 500000, '' 600000 1, '' 700000 1, '' 800000 1, '' 900000 1, '1 ms' 1000000, '2 ms' 2000000, '' 3000000 1, '' 4000000 1, '5 ms' 5000000, '' 6000000 1, '' 7000000 1, '' 8000000 1, '' 9000000 1, '10 ms' 10000000, '20 ms' 20000000)
plot data index 0 every ::0::12 using 2:3 with lines lt 1 lw 1.4 dt 1, \
  data index 0 every ::0::12 using 2:4 with lines lt 1 lw 2 dt solid, \
  data index 0 every ::0::12 using 2:5 with lines lt 1 lw 1.4 dt 3, \
  data index 0 using 2:(int($11) & 4 ? ($5 < 14109347.4 ? $5 : 14109347.4) : NaN):(0):(0.35*($5 < 14109347.4 ? $5 : 14109347.4)) with vectors head filled size screen 0.008,22 lt 1 lw 2.6, \
  data index 0 every ::0::12 using 2:6 with lines lt 1 lw 1.4 dt 4, \
  data index 0 using 2:(int($11) & 8 ? ($6 < 14109347.4 ? $6 : 14109347.4) : NaN):(0):(0.35*($6 < 14109347.4 ? $6 : 14109347.4)) with vectors head filled size screen 0.008,22 lt 1 lw 2.6, \
  data index 0 using 2:7:(0):($8 - $7) with vectors heads size graph 0.005,90 lt 1 lw 1, \
  data index 0 using 2:9:(0):($10 - $9) with vectors heads size graph 0.005,90 lt 1 lw 1, \
  data index 0 using 2:($16 == 1 ? $4 : NaN) with points lt 1 pt 7 ps 1.1 lw 1.5, \
  data index 0 using 2:($16 == 0 ? $4 : NaN) with points lc rgb '#ffffff' pt 7 ps 1.1, \
  data index 0 using 2:($16 == 0 ? $4 : NaN) with points lt 1 pt 6 ps 1.1 lw 1.5, \
  data index 0 using 2:($16 == 0 ? $6 : NaN) with points lc rgb '#ffffff' pt 7 ps 0.66, \
  data index 0 using 2:($16 == 0 ? $6 : NaN) with points lt 1 pt 6 ps 0.66 lw 1.5, \
  data index 1 every ::0::12 using 2:3 with lines lt 2 lw 1.4 dt 1, \
  data index 1 every ::0::12 using 2:4 with lines lt 2 lw 2 dt solid, \
  data index 1 every ::0::12 using 2:5 with lines lt 2 lw 1.4 dt 3, \
  data index 1 every ::0::12 using 2:6 with lines lt 2 lw 1.4 dt 4, \
  data index 1 using 2:(int($11) & 8 ? ($6 < 14109347.4 ? $6 : 14109347.4) : NaN):(0):(0.35*($6 < 14109347.4 ? $6 : 14109347.4)) with vectors head filled size screen 0.008,22 lt 2 lw 2, \
  data index 1 using 2:7:(0):($8 - $7) with vectors heads size graph 0.005,90 lt 2 lw 1, \
  data index 1 using 2:9:(0):($10 - $9) with vectors heads size graph 0.005,90 lt 2 lw 1, \
  data index 1 using 2:($16 == 1 ? $4 : NaN) with points lt 2 pt 5 ps 0.95 lw 1.5, \
  data index 1 using 2:($16 == 0 ? $4 : NaN) with points lc rgb '#ffffff' pt 5 ps 0.95, \
  data index 1 using 2:($16 == 0 ? $4 : NaN) with points lt 2 pt 4 ps 0.95 lw 1.5, \
  data index 1 using 2:($16 == 0 ? $6 : NaN) with points lc rgb '#ffffff' pt 5 ps 0.57, \
  data index 1 using 2:($16 == 0 ? $6 : NaN) with points lt 2 pt 4 ps 0.57 lw 1.5
unset label
unset arrow
unset logscale
set lmargin at screen 0.11707
set rmargin at screen 0.97073
set tmargin at screen 0.43649
set bmargin at screen 0.20690
set xtics ('0' 0, '200' 200000, '400' 400000, '600' 600000, '800' 800000)
set xlabel 'offered load (kpps)'
set ylabel 'loss (%)'
set yrange [0:0.8]
set ytics ('0' 0, '20' 0.2, '40' 0.4, '60' 0.6, '80' 0.8)
plot data index 0 every ::0::12 using 2:12 with lines lt 1 lw 2.6, \
  data index 0 using 2:13:(0):($14 - $13) with vectors heads size graph 0.005,90 lt 1 lw 1, \
  data index 0 using 2:($16 == 1 ? $12 : NaN) with points lt 1 pt 7 ps 1.1 lw 1.5, \
  data index 0 using 2:($16 == 0 ? $12 : NaN) with points lc rgb '#ffffff' pt 7 ps 1.1, \
  data index 0 using 2:($16 == 0 ? $12 : NaN) with points lt 1 pt 6 ps 1.1 lw 1.5, \
  data index 1 every ::0::12 using 2:12 with lines lt 2 lw 2, \
  data index 1 using 2:13:(0):($14 - $13) with vectors heads size graph 0.005,90 lt 2 lw 1, \
  data index 1 using 2:($16 == 1 ? $12 : NaN) with points lt 2 pt 5 ps 0.95 lw 1.5, \
  data index 1 using 2:($16 == 0 ? $12 : NaN) with points lc rgb '#ffffff' pt 5 ps 0.95, \
  data index 1 using 2:($16 == 0 ? $12 : NaN) with points lt 2 pt 4 ps 0.95 lw 1.5
unset multiplot
set output
