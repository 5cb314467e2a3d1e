# Drawn again by gnuplot with the name of this script. Figure and data are beside it.
# style
name = 'cdf-one.gp'
if (exists('ARG0') && strlen(ARG0) > strlen(name)) cd ARG0[1:strlen(ARG0) - strlen(name)]
data = 'cdf-one.dat'
set terminal svg size 820,566 fixed noenhanced font 'sans-serif,12' background '#ffffff'
set output 'cdf-one.svg'
set multiplot
set label 'A, B, C' at screen 0.11707,0.96113 left font ',15'
set label 'fixed:64, 1 guest' at screen 0.11707,0.92403 left font ',11'
set label 'frames offered' at screen 0.45220,0.17314 right font ',11'
set label 'lost' at screen 0.56195,0.17314 right font ',11'
set label 'median' at screen 0.67171,0.17314 right font ',11'
set label 'p99' at screen 0.78146,0.17314 right font ',11'
set label 'repetitions' at screen 0.90341,0.17314 right font ',11'
set arrow from screen 0.11707,0.13781 to screen 0.15366,0.13781 nohead lt 1 lw 2
set label '' at screen 0.13537,0.13781 point lt 1 pt 7 ps 1.1
set label 'A' at screen 0.16341,0.13781 left
set label '1234567' at screen 0.45220,0.13781 right
set label '0 %' at screen 0.56195,0.13781 right
set label '2.33 µs' at screen 0.67171,0.13781 right
set label '30.9 µs' at screen 0.78146,0.13781 right
set label '1' at screen 0.90341,0.13781 right
set arrow from screen 0.11707,0.10247 to screen 0.15366,0.10247 nohead lt 2 lw 2
set label '' at screen 0.13537,0.10247 point lt 2 pt 5 ps 1.1
set label 'B, a longer name' at screen 0.16341,0.10247 left
set label '1234567' at screen 0.45220,0.10247 right
set label '10 %' at screen 0.56195,0.10247 right
set label '3.49 µs' at screen 0.67171,0.10247 right
set label '>= 1 s' at screen 0.78146,0.10247 right
set label '1' at screen 0.90341,0.10247 right
set arrow from screen 0.11707,0.06714 to screen 0.15366,0.06714 nohead lt 3 lw 2 dt 4
set label '' at screen 0.13537,0.06714 point lt 3 pt 9 ps 1.1
set label 'C' at screen 0.16341,0.06714 left
set label '1234567' at screen 0.45220,0.06714 right
set label '0.01 %' at screen 0.56195,0.06714 right
set label '5.82 µs' at screen 0.67171,0.06714 right
set label '77.3 µs' at screen 0.78146,0.06714 right
set label '1' at screen 0.90341,0.06714 right
set label 'one repetition: no spread is known' at screen 0.11707,0.03180 left font ',11'
set label 'dashed, hollow: not to be relied on' at screen 0.42380,0.03180 left font ',11'
set lmargin at screen 0.11707
set rmargin at screen 0.76829
set tmargin at screen 0.89046
set bmargin at screen 0.28975
set yrange [1e-06:1]
set y2range [1e-06:1]
set logscale y
set logscale y2
set ytics ('100 %%' 1, '50 %%' 0.5, '10 %%' 0.1, '1 %%' 0.01, '0.1 %%' 0.001, '0.01 %%' 0.0001, '0.001 %%' 1e-05, '0.0001 %%' 1e-06)
set y2tics ('median' 0.5, 'p90' 0.1, 'p99' 0.01, 'p99.9' 0.001, 'p99.99' 0.0001, 'p99.999' 1e-05, 'p99.9999' 1e-06) scale 0
set ylabel 'share of frames that is later, or lost'
set xrange [0:500000]
set xtics ('0' 0, '100' 100000, '200' 200000, '300' 300000, '400' 400000, '500' 500000)
set xlabel 'latency (µs)'
plot data index 0 using 1:2 with steps lt 1 lw 2.6, \
  data index 1 using ($5 == 0 ? $1 : NaN):2 with points lt 1 pt 7 ps 1.1 lw 1.5, \
  data index 3 using 1:2 with steps lt 2 lw 2, \
  data index 4 using ($5 == 0 ? $1 : NaN):2 with points lt 2 pt 5 ps 0.95 lw 1.5, \
  data index 6 using 1:2 with steps lt 3 lw 1.4 dt 4, \
  data index 7 using ($5 == 0 ? $1 : NaN):2 with points lc rgb '#ffffff' pt 9 ps 0.8, \
  data index 7 using ($5 == 0 ? $1 : NaN):2 with points lt 3 pt 8 ps 0.8 lw 1.5
unset multiplot
set output
