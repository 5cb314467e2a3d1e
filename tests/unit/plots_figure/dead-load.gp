# Drawn again by gnuplot with the name of this script. Figure and data are beside it.
# style
name = 'dead-load.gp'
if (exists('ARG0') && strlen(ARG0) > strlen(name)) cd ARG0[1:strlen(ARG0) - strlen(name)]
data = 'dead-load.dat'
set terminal svg size 820,696 fixed noenhanced font 'sans-serif,12' background '#ffffff'
set output 'dead-load.svg'
set multiplot
set label '' at screen 0.11707,0.96839 left font ',15'
set arrow from screen 0.11707,0.11207 to screen 0.15366,0.11207 nohead lt 1 lw 2
set label '' at screen 0.13537,0.11207 point lt 1 pt 7 ps 1.1
set label 'dead' at screen 0.16341,0.11207 left
set arrow from screen 0.11707,0.08333 to screen 0.15366,0.08333 nohead lw 1.4 dt 1 lc rgb '#404040'
set label '25th' at screen 0.16341,0.08333 left
set arrow from screen 0.22829,0.08333 to screen 0.26488,0.08333 nohead lw 2 dt solid lc rgb '#404040'
set label 'median' at screen 0.27463,0.08333 left
set arrow from screen 0.35732,0.08333 to screen 0.39390,0.08333 nohead lw 1.4 dt 3 lc rgb '#404040'
set label '75th' at screen 0.40366,0.08333 left
set arrow from screen 0.46854,0.08333 to screen 0.50512,0.08333 nohead lw 1.4 dt 4 lc rgb '#404040'
set label '99th percentile' at screen 0.51488,0.08333 left
set label 'one repetition: no spread is known' at screen 0.11707,0.05460 left font ',11'
set label 'hollow: not to be relied on' at screen 0.42380,0.05460 left font ',11'
set label 'no latency is known' at screen 0.67340,0.05460 left font ',11'
set label '1 point at the nominal load: what was offered is unknown' at screen 0.11707,0.02586 left font ',11'
set lmargin at screen 0.11707
set rmargin at screen 0.97073
set tmargin at screen 0.91092
set bmargin at screen 0.46523
set xrange [0:1040]
set xtics ('' 0, '' 200, '' 400, '' 600, '' 800, '' 1000)
set ylabel 'latency (ms)'
set yrange [500000:2e+09]
set logscale y
set ytics ('' 500000 1, '' 600000 1, '' 700000 1, '' 800000 1, '' 900000 1, '1' 1000000, '' 2000000 1, '' 3000000 1, '' 4000000 1, '' 5000000 1, '' 6000000 1, '' 7000000 1, '' 8000000 1, '' 9000000 1, '10' 10000000, '' 20000000 1, '' 30000000 1, '' 40000000 1, '' 50000000 1, '' 60000000 1, '' 70000000 1, '' 80000000 1, '' 90000000 1, '100' 100000000, '' 200000000 1, '' 300000000 1, '' 400000000 1, '' 500000000 1, '' 600000000 1, '' 700000000 1, '' 800000000 1, '' 900000000 1, '1000' 1e+09, '' 2e+09 1)
plot NaN
unset label
unset arrow
unset logscale
set lmargin at screen 0.11707
set rmargin at screen 0.97073
set tmargin at screen 0.43649
set bmargin at screen 0.20690
set xtics ('0' 0, '0.2' 200, '0.4' 400, '0.6' 600, '0.8' 800, '1' 1000)
set xlabel 'offered load (kpps)'
set ylabel 'loss (%)'
set yrange [0:1.04]
set ytics ('0' 0, '20' 0.2, '40' 0.4, '60' 0.6, '80' 0.8, '100' 1)
plot data index 0 using ($2 > 0 ? $2 : $1):12 with lines lt 1 lw 2.6, \
  data index 0 using ($2 > 0 ? $2 : $1):($16 == 0 ? $12 : NaN) with points lc rgb '#ffffff' pt 7 ps 1.1, \
  data index 0 using ($2 > 0 ? $2 : $1):($16 == 0 ? $12 : NaN) with points lt 1 pt 6 ps 1.1 lw 1.5
unset multiplot
set output
