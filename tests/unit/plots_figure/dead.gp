# Drawn again by gnuplot with the name of this script. Figure and data are beside it.
# style
name = 'dead.gp'
if (exists('ARG0') && strlen(ARG0) > strlen(name)) cd ARG0[1:strlen(ARG0) - strlen(name)]
data = 'dead.dat'
set terminal svg size 820,526 fixed noenhanced font 'sans-serif,12' background '#ffffff'
set output 'dead.svg'
set multiplot
set label '' at screen 0.11707,0.95817 left font ',15'
set label 'frames offered' at screen 0.38293,0.11027 right font ',11'
set label 'lost' at screen 0.49268,0.11027 right font ',11'
set label 'median' at screen 0.60244,0.11027 right font ',11'
set label 'p99' at screen 0.71220,0.11027 right font ',11'
set label 'repetitions' at screen 0.83415,0.11027 right font ',11'
set arrow from screen 0.11707,0.07224 to screen 0.15366,0.07224 nohead lt 1 lw 2 dt 4
set label '' at screen 0.13537,0.07224 point lt 1 pt 7 ps 1.1
set label 'dead' at screen 0.16341,0.07224 left
set label '-' at screen 0.38293,0.07224 right
set label '100 %' at screen 0.49268,0.07224 right
set label '-' at screen 0.60244,0.07224 right
set label '-' at screen 0.71220,0.07224 right
set label '1' at screen 0.83415,0.07224 right
set label 'one repetition: no spread is known' at screen 0.11707,0.03422 left font ',11'
set label 'dashed, hollow: not to be relied on' at screen 0.42380,0.03422 left font ',11'
set lmargin at screen 0.11707
set rmargin at screen 0.76829
set tmargin at screen 0.88213
set bmargin at screen 0.23574
set yrange [0.001:1]
set y2range [0.001:1]
set logscale y
set logscale y2
set ytics ('100 %%' 1, '50 %%' 0.5, '10 %%' 0.1, '1 %%' 0.01, '0.1 %%' 0.001)
set y2tics ('median' 0.5, 'p90' 0.1, 'p99' 0.01, 'p99.9' 0.001) scale 0
set ylabel 'share of frames that is later, or lost'
set xrange [500000:2e+09]
set logscale x
set xtics ('' 500000 1, '' 600000 1, '' 700000 1, '' 800000 1, '' 900000 1, '1' 1000000, '' 2000000 1, '' 3000000 1, '' 4000000 1, '' 5000000 1, '' 6000000 1, '' 7000000 1, '' 8000000 1, '' 9000000 1, '10' 10000000, '' 20000000 1, '' 30000000 1, '' 40000000 1, '' 50000000 1, '' 60000000 1, '' 70000000 1, '' 80000000 1, '' 90000000 1, '100' 100000000, '' 200000000 1, '' 300000000 1, '' 400000000 1, '' 500000000 1, '' 600000000 1, '' 700000000 1, '' 800000000 1, '' 900000000 1, '1000' 1e+09, '' 2e+09 1)
set xlabel 'latency (ms)'
plot data index 0 using 1:2 with steps lt 1 lw 2.6 dt 4, \
  data index 1 using ($5 == 0 ? $1 : NaN):2 with points lc rgb '#ffffff' pt 7 ps 1.1, \
  data index 1 using ($5 == 0 ? $1 : NaN):2 with points lt 1 pt 6 ps 1.1 lw 1.5
unset multiplot
set output
