# Drawn again by gnuplot with the name of this script. Figure and data are beside it.
# style
name = 'load-many.gp'
if (exists('ARG0') && strlen(ARG0) > strlen(name)) cd ARG0[1:strlen(ARG0) - strlen(name)]
data = 'load-many.dat'
set terminal pdfcairo size 8.542in,7.250in noenhanced font 'sans-serif,9' background '#ffffff'
set output 'load-many.svg'
set multiplot
set label 'matrix' at screen 0.11707,0.96839 left font ',11.25'
set arrow from screen 0.11707,0.11207 to screen 0.15366,0.11207 nohead lt 1 lw 2
set label '' at screen 0.13537,0.11207 point lt 1 pt 7 ps 1.1
set label 'it''s 100 % `odd`' at screen 0.16341,0.11207 left
set arrow from screen 0.33512,0.11207 to screen 0.37171,0.11207 nohead lt 2 lw 2
set label '' at screen 0.35341,0.11207 point lt 2 pt 5 ps 1.1
set label 'process, vmux' at screen 0.38146,0.11207 left
set arrow from screen 0.52646,0.11207 to screen 0.56305,0.11207 nohead lt 3 lw 2
set label '' at screen 0.54476,0.11207 point lt 3 pt 9 ps 1.1
set label 'process, vfio' at screen 0.57280,0.11207 left
set arrow from screen 0.11707,0.08333 to screen 0.15366,0.08333 nohead lt 4 lw 2
set label '' at screen 0.13537,0.08333 point lt 4 pt 13 ps 1.1
set label 'process, virtio, vhost on' at screen 0.16341,0.08333 left
set arrow from screen 0.41524,0.08333 to screen 0.45183,0.08333 nohead lt 5 lw 2
set label '' at screen 0.43354,0.08333 point lt 5 pt 11 ps 1.1
set label 'process, virtio, vhost off' at screen 0.46159,0.08333 left
set arrow from screen 0.72232,0.08333 to screen 0.75890,0.08333 nohead lt 6 lw 2
set label '' at screen 0.74061,0.08333 point lt 6 pt 15 ps 1.1
set label 'large_µ' at screen 0.76866,0.08333 left
set arrow from screen 0.11707,0.05460 to screen 0.15366,0.05460 nohead lw 1.4 dt 1 lc rgb '#404040'
set label '25th' at screen 0.16341,0.05460 left
set arrow from screen 0.22829,0.05460 to screen 0.26488,0.05460 nohead lw 2 dt solid lc rgb '#404040'
set label 'median' at screen 0.27463,0.05460 left
set arrow from screen 0.35732,0.05460 to screen 0.39390,0.05460 nohead lw 1.4 dt 3 lc rgb '#404040'
set label '75th' at screen 0.40366,0.05460 left
set arrow from screen 0.46854,0.05460 to screen 0.50512,0.05460 nohead lw 1.4 dt 4 lc rgb '#404040'
set label '99th percentile' at screen 0.51488,0.05460 left
set label 'one repetition: no spread is known' at screen 0.11707,0.02586 left font ',8.25'
set label 'hollow: not to be relied on' at screen 0.42380,0.02586 left font ',8.25'
set lmargin at screen 0.11707
set rmargin at screen 0.97073
set tmargin at screen 0.91092
set bmargin at screen 0.46523
set xrange [0:832000]
set xtics ('' 0, '' 200000, '' 400000, '' 600000, '' 800000)
set ylabel 'latency (µs)'
set yrange [5000:200000]
set logscale y
set ytics ('5' 5000, '' 6000 1, '' 7000 1, '' 8000 1, '' 9000 1, '10' 10000, '20' 20000, '' 30000 1, '' 40000 1, '50' 50000, '' 60000 1, '' 70000 1, '' 80000 1, '' 90000 1, '100' 100000, '200' 200000)
plot data index 0 using 2:3 with lines lt 1 lw 1.4 dt 1, \
  data index 0 using 2:4 with lines lt 1 lw 2 dt solid, \
  data index 0 using 2:5 with lines lt 1 lw 1.4 dt 3, \
  data index 0 using 2:6 with lines lt 1 lw 1.4 dt 4, \
  data index 0 using 2:($16 == 1 ? $4 : NaN) with points lt 1 pt 7 ps 1.1 lw 1.5, \
  data index 0 using 2:($16 == 0 ? $4 : NaN) with points lc rgb '#ffffff' pt 7 ps 1.1, \
  data index 0 using 2:($16 == 0 ? $4 : NaN) with points lt 1 pt 6 ps 1.1 lw 1.5, \
  data index 1 using 2:3 with lines lt 2 lw 1.4 dt 1, \
  data index 1 using 2:4 with lines lt 2 lw 2 dt solid, \
  data index 1 using 2:5 with lines lt 2 lw 1.4 dt 3, \
  data index 1 using 2:6 with lines lt 2 lw 1.4 dt 4, \
  data index 1 using 2:($16 == 1 ? $4 : NaN) with points lt 2 pt 5 ps 0.95 lw 1.5, \
  data index 1 using 2:($16 == 0 ? $4 : NaN) with points lc rgb '#ffffff' pt 5 ps 0.95, \
  data index 1 using 2:($16 == 0 ? $4 : NaN) with points lt 2 pt 4 ps 0.95 lw 1.5, \
  data index 2 using 2:3 with lines lt 3 lw 1.4 dt 1, \
  data index 2 using 2:4 with lines lt 3 lw 2 dt solid, \
  data index 2 using 2:5 with lines lt 3 lw 1.4 dt 3, \
  data index 2 using 2:6 with lines lt 3 lw 1.4 dt 4, \
  data index 2 using 2:($16 == 1 ? $4 : NaN) with points lt 3 pt 9 ps 0.8 lw 1.5, \
  data index 2 using 2:($16 == 0 ? $4 : NaN) with points lc rgb '#ffffff' pt 9 ps 0.8, \
  data index 2 using 2:($16 == 0 ? $4 : NaN) with points lt 3 pt 8 ps 0.8 lw 1.5, \
  data index 3 using 2:3 with lines lt 4 lw 1.4 dt 1, \
  data index 3 using 2:4 with lines lt 4 lw 2 dt solid, \
  data index 3 using 2:5 with lines lt 4 lw 1.4 dt 3, \
  data index 3 using 2:6 with lines lt 4 lw 1.4 dt 4, \
  data index 3 using 2:($16 == 1 ? $4 : NaN) with points lt 4 pt 13 ps 0.65 lw 1.5, \
  data index 3 using 2:($16 == 0 ? $4 : NaN) with points lc rgb '#ffffff' pt 13 ps 0.65, \
  data index 3 using 2:($16 == 0 ? $4 : NaN) with points lt 4 pt 12 ps 0.65 lw 1.5, \
  data index 4 using 2:3 with lines lt 5 lw 1.4 dt 1, \
  data index 4 using 2:4 with lines lt 5 lw 2 dt solid, \
  data index 4 using 2:5 with lines lt 5 lw 1.4 dt 3, \
  data index 4 using 2:6 with lines lt 5 lw 1.4 dt 4, \
  data index 4 using 2:($16 == 1 ? $4 : NaN) with points lt 5 pt 11 ps 0.5 lw 1.5, \
  data index 4 using 2:($16 == 0 ? $4 : NaN) with points lc rgb '#ffffff' pt 11 ps 0.5, \
  data index 4 using 2:($16 == 0 ? $4 : NaN) with points lt 5 pt 10 ps 0.5 lw 1.5, \
  data index 5 using 2:3 with lines lt 6 lw 1.4 dt 1, \
  data index 5 using 2:4 with lines lt 6 lw 2 dt solid, \
  data index 5 using 2:5 with lines lt 6 lw 1.4 dt 3, \
  data index 5 using 2:6 with lines lt 6 lw 1.4 dt 4, \
  data index 5 using 2:($16 == 1 ? $4 : NaN) with points lt 6 pt 15 ps 0.5 lw 1.5, \
  data index 5 using 2:($16 == 0 ? $4 : NaN) with points lc rgb '#ffffff' pt 15 ps 0.5, \
  data index 5 using 2:($16 == 0 ? $4 : NaN) with points lt 6 pt 14 ps 0.5 lw 1.5
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
set yrange [0:0.01]
set ytics ('0' 0, '0.2' 0.002, '0.4' 0.004, '0.6' 0.006, '0.8' 0.008, '1' 0.01)
plot data index 0 using 2:12 with lines lt 1 lw 2.6, \
  data index 0 using 2:($16 == 1 ? $12 : NaN) with points lt 1 pt 7 ps 1.1 lw 1.5, \
  data index 0 using 2:($16 == 0 ? $12 : NaN) with points lc rgb '#ffffff' pt 7 ps 1.1, \
  data index 0 using 2:($16 == 0 ? $12 : NaN) with points lt 1 pt 6 ps 1.1 lw 1.5, \
  data index 1 using 2:12 with lines lt 2 lw 2, \
  data index 1 using 2:($16 == 1 ? $12 : NaN) with points lt 2 pt 5 ps 0.95 lw 1.5, \
  data index 1 using 2:($16 == 0 ? $12 : NaN) with points lc rgb '#ffffff' pt 5 ps 0.95, \
  data index 1 using 2:($16 == 0 ? $12 : NaN) with points lt 2 pt 4 ps 0.95 lw 1.5, \
  data index 2 using 2:12 with lines lt 3 lw 1.4, \
  data index 2 using 2:($16 == 1 ? $12 : NaN) with points lt 3 pt 9 ps 0.8 lw 1.5, \
  data index 2 using 2:($16 == 0 ? $12 : NaN) with points lc rgb '#ffffff' pt 9 ps 0.8, \
  data index 2 using 2:($16 == 0 ? $12 : NaN) with points lt 3 pt 8 ps 0.8 lw 1.5, \
  data index 3 using 2:12 with lines lt 4 lw 1, \
  data index 3 using 2:($16 == 1 ? $12 : NaN) with points lt 4 pt 13 ps 0.65 lw 1.5, \
  data index 3 using 2:($16 == 0 ? $12 : NaN) with points lc rgb '#ffffff' pt 13 ps 0.65, \
  data index 3 using 2:($16 == 0 ? $12 : NaN) with points lt 4 pt 12 ps 0.65 lw 1.5, \
  data index 4 using 2:12 with lines lt 5 lw 1, \
  data index 4 using 2:($16 == 1 ? $12 : NaN) with points lt 5 pt 11 ps 0.5 lw 1.5, \
  data index 4 using 2:($16 == 0 ? $12 : NaN) with points lc rgb '#ffffff' pt 11 ps 0.5, \
  data index 4 using 2:($16 == 0 ? $12 : NaN) with points lt 5 pt 10 ps 0.5 lw 1.5, \
  data index 5 using 2:12 with lines lt 6 lw 1, \
  data index 5 using 2:($16 == 1 ? $12 : NaN) with points lt 6 pt 15 ps 0.5 lw 1.5, \
  data index 5 using 2:($16 == 0 ? $12 : NaN) with points lc rgb '#ffffff' pt 15 ps 0.5, \
  data index 5 using 2:($16 == 0 ? $12 : NaN) with points lt 6 pt 14 ps 0.5 lw 1.5
unset multiplot
set output
