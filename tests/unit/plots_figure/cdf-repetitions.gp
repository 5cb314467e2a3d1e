# Drawn again by gnuplot with the name of this script. Figure and data are beside it.
# style
name = 'cdf-repetitions.gp'
if (exists('ARG0') && strlen(ARG0) > strlen(name)) cd ARG0[1:strlen(ARG0) - strlen(name)]
data = 'cdf-repetitions.dat'
set terminal svg size 820,546 fixed noenhanced font 'sans-serif,12' background '#ffffff'
set output 'cdf-repetitions.svg'
set multiplot
set label 'A against B' at screen 0.11707,0.95971 left font ',15'
set label 'imix, 4 guests' at screen 0.11707,0.92125 left font ',11'
set label 'frames offered' at screen 0.53659,0.14286 right font ',11'
set label 'lost' at screen 0.64634,0.14286 right font ',11'
set label 'median' at screen 0.75610,0.14286 right font ',11'
set label 'p99' at screen 0.86585,0.14286 right font ',11'
set label 'repetitions' at screen 0.98780,0.14286 right font ',11'
set arrow from screen 0.11707,0.10623 to screen 0.15366,0.10623 nohead lt 1 lw 2
set label '' at screen 0.13537,0.10623 point lt 1 pt 7 ps 1.1
set label 'A' at screen 0.16341,0.10623 left
set label '1234567' at screen 0.53659,0.10623 right
set label '0 %' at screen 0.64634,0.10623 right
set label '23.3 µs' at screen 0.75610,0.10623 right
set label '309 µs' at screen 0.86585,0.10623 right
set label '2' at screen 0.98780,0.10623 right
set arrow from screen 0.11707,0.06960 to screen 0.15366,0.06960 nohead lt 2 lw 2
set label '' at screen 0.13537,0.06960 point lt 2 pt 5 ps 1.1
set label 'a name that …ot fit, of B' at screen 0.16341,0.06960 left
set label '1234567' at screen 0.53659,0.06960 right
set label '2 %' at screen 0.64634,0.06960 right
set label '36.1 µs' at screen 0.75610,0.06960 right
set label '>= 1 s' at screen 0.86585,0.06960 right
set label '2' at screen 0.98780,0.06960 right
set label 'bars: smallest to largest of the repetitions' at screen 0.11707,0.03297 left font ',11'
set label 'thin: single repetitions' at screen 0.50541,0.03297 left font ',11'
set lmargin at screen 0.11707
set rmargin at screen 0.76829
set tmargin at screen 0.88645
set bmargin at screen 0.26374
set yrange [1e-06:1]
set y2range [1e-06:1]
set logscale y
set logscale y2
set ytics ('100 %%' 1, '50 %%' 0.5, '10 %%' 0.1, '1 %%' 0.01, '0.1 %%' 0.001, '0.01 %%' 0.0001, '0.001 %%' 1e-05, '0.0001 %%' 1e-06)
set y2tics ('median' 0.5, 'p90' 0.1, 'p99' 0.01, 'p99.9' 0.001, 'p99.99' 0.0001, 'p99.999' 1e-05, 'p99.9999' 1e-06) scale 0
set ylabel 'share of frames that is later, or lost'
set xrange [2000:2e+09]
set logscale x
set xtics ('' 2000 1, '' 3000 1, '' 4000 1, '' 5000 1, '' 6000 1, '' 7000 1, '' 8000 1, '' 9000 1, '0.01' 10000, '' 20000 1, '' 30000 1, '' 40000 1, '' 50000 1, '' 60000 1, '' 70000 1, '' 80000 1, '' 90000 1, '0.1' 100000, '' 200000 1, '' 300000 1, '' 400000 1, '' 500000 1, '' 600000 1, '' 700000 1, '' 800000 1, '' 900000 1, '1' 1000000, '' 2000000 1, '' 3000000 1, '' 4000000 1, '' 5000000 1, '' 6000000 1, '' 7000000 1, '' 8000000 1, '' 9000000 1, '10' 10000000, '' 20000000 1, '' 30000000 1, '' 40000000 1, '' 50000000 1, '' 60000000 1, '' 70000000 1, '' 80000000 1, '' 90000000 1, '100' 100000000, '' 200000000 1, '' 300000000 1, '' 400000000 1, '' 500000000 1, '' 600000000 1, '' 700000000 1, '' 800000000 1, '' 900000000 1, '1000' 1e+09, '' 2e+09 1)
set xlabel 'latency (ms)'
plot data index 6 using 1:2 with steps lt 1 lw 0.5, \
  data index 7 using 1:2 with steps lt 1 lw 0.5, \
  data index 8 using 1:2 with steps lt 2 lw 0.5, \
  data index 9 using 1:2 with steps lt 2 lw 0.5, \
  data index 0 using 1:2 with steps lt 1 lw 2.6, \
  data index 1 using 3:2:($4 - $3):(0) with vectors heads size graph 0.005,90 lt 1 lw 1, \
  data index 1 using ($5 == 0 ? $1 : NaN):2 with points lt 1 pt 7 ps 1.1 lw 1.5, \
  data index 3 using 1:2 with steps lt 2 lw 2, \
  data index 4 using 3:2:($4 - $3):(0) with vectors heads size graph 0.005,90 lt 2 lw 1, \
  data index 4 using ($5 == 0 ? $1 : NaN):2 with points lt 2 pt 5 ps 0.95 lw 1.5
unset multiplot
set output
