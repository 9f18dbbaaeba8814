/**
 * The functions that a scorer in JavaScript takes along, each where its text
 * calls it.
 *
 * A scorer gets the text of a function as it stands here, and of the functions
 * and constants that it uses; a constant stands behind those that it needs.
 * They are the functions of templates/python/runtime.py and answer the same
 * bits, where Python's math calls the C library of Linux (glibc on x86-64 with
 * FMA). JavaScript leaves the last bits of Math.exp, Math.log and their kin
 * open. So each is computed by the steps of the C library, from + - * / and
 * Math.sqrt, which are the same everywhere.
 */

/** The bits of one number. */
const BITS = new DataView(new ArrayBuffer(8));

/** 2 ** -1074 to 2 ** 1023. */
const POWERS_OF_TWO = powersOfTwo();

/** 2 ** (0 / 32) to 2 ** (31 / 32). */
const ROOTS_OF_TWO = [
  1, 1.0218971486541166, 1.0442737824274138, 1.0671404006768237,
  1.0905077326652577, 1.1143867425958924, 1.1387886347566916,
  1.1637248587775775, 1.189207115002721, 1.215247359980469, 1.241857812073484,
  1.2690509571917332, 1.2968395546510096, 1.3252366431597413,
  1.3542555469368927, 1.383909881963832, 1.4142135623730951, 1.4451808069770467,
  1.4768261459394993, 1.5091644275934228, 1.5422108254079407,
  1.5759808451078865, 1.6104903319492543, 1.645755478153965, 1.681792830507429,
  1.718619298122478, 1.7562521603732995, 1.7947090750031072, 1.8340080864093424,
  1.8741676341103, 1.9152065613971474, 1.9571441241754002,
];

/**
 * 2 ** (0 / 128) to 2 ** (127 / 128), each followed by what it lacks,
 * relatively.
 */
const EXP_TABLE = expTable();

/**
 * How far the numbers of LOG_TABLE are off 1 / z, in units of the last place.
 */
const LOG_STEPS =
  "/p7gEvyQbRbyCFWJ+JHEHAEimpT4pjv64iDbCRRp1DbyBGPmA2wtgB6dLlDxpEmqBROWTQG1" +
  "Tc4Q7lEnFGsY8fvr/JXrXkA4+qD5GuRXkjwRAfv04tIT5xZqJEAC0zu05r/MpfBxoYoUCJYN" +
  "Grefqgkwj0sask+IDmDXI+btl9by+xKW+jnHdPO7NC7qDgvq623A+uGVrSoctyGTDHo3MBmX" +
  "JvYA7FkxGl3GGecYWqYEXLCLHrXTqB5HOpgE/n4LE7Gn4AkJLowWg+tMC9HciQzNj7/rYRqs" +
  "FTqeIwzYbAbyTAkY+CZE4gzT5jLkT//Z7CmKFBb+iyjoIzkuD0VtCxyDJC8Um0YRB6g/vQz3" +
  "Buf2V1apEZdKHPHwj9n73YH9BZU+Ge+8fB4FeoOmAbrHyw9uZa0XAgjA8Zj5EQQTsRUXBxn6" +
  "GF/wYgPgvXn4y6MYC0uF5f4Rr8D9Bbu3CS5/QuteujgI153O6F4ReeaF6hwGYoOD4iZtBwyl" +
  "rRsSO34r7FAOfvqM/3AAZlm0EFNYRuFtSwXiMFAnHPGBve9EDaYGXl8gAdhRpe6id07noOlB" +
  "COYuh/mSUrcNb9PuG3KgtuUJDTDiwNPHHkwbUh1lwhEUDqBeH2kBQuS9OXLtYoVC6juT9Obi" +
  "mbUVk+paEoZUDOWutDH74Ow34HxAShnUnZ8=";

/** Numbers near 1 / z for z from 0.6875 to 1.375, each followed by its -log. */
const LOG_TABLE = logTable(LOG_STEPS, Math.log, 8796093022208);

/**
 * How far the numbers of LOG2_TABLE are off 1 / z, in units of the last place.
 */
const LOG2_STEPS =
  "7GrOPPuPlNo83WH6yH9JjB4QNrjr/uyF7x/0+NLGAuQQF+hK2GBdyAcizGLQgH+HF7oFzykP" +
  "mczRbcSrEpCsTx6efecZApJtJrwrABhU7CEKZvFAIhKiQhn0Gz3zE7r0xOtY0tbW7l/Cjetp" +
  "F8RMBwPyf2Q3k2PDOa0Xh8WjVZ7+VDIWz0Dz+eoz4xHFejc5wH1Dvew151gMATCIFaNuEffO" +
  "n3s1rK8T7IIjv9CVdXQMxLdcLUcMf+LfKM/Wr5PS5xLSYcVuBVXCheI/LcGytgtj4B4VVxdw" +
  "wsWmifqDXav8b+CQ77HayfrHQR77DkYjO6X6twLEkOIPMykHFWpV2w==";

/**
 * Numbers near 1 / z for z from 0.6875 to 1.375, each followed by its -log2.
 */
const LOG2_TABLE = logTable(LOG2_STEPS, Math.log2, 4398046511104);

/** Short numbers near 1 / z, each followed by its -log in two parts. */
const POWER_TABLE = powerTable();

/**
 * Places x, each followed by the factors of the 2nd to the 5th power beside
 * it.
 */
const ARCTAN_PLACES =
  "P7BABmXgJE6/sB6zzirkwr/U0p7dWKQNP6/aStkHoYo/yBTfTfZbGD+w//25uIzYv7DZ3Gac" +
  "Gu2/1MZp9xON4j+woS8p0IWnP8fw7s/UjSA/sf/xWnPU8b+x0re2nepAv9S1Ujki7Mk/sY+T" +
  "UisaBD/Hvq1WYPBhP7L//bJSSqK/ssrYSqtzdL/Uo0tY3S+yP7J8CtDOzBg/x4nSXSdD1z+z" +
  "//4Fc/Osv7PCD2TbNoa/1JBZ6zv+kz+zZlnK90/tP8dSaRwBH7A/tP/viUOE1r+0uE97VFfJ" +
  "v9R8gHQB8vk/tE5ktPZyCT/HGH1MVAt3P7X/+N9AZSi/ta2yy3+nO7/UZ74rHrVVP7U0NZnt" +
  "xGM/xtwbI49QWT+3AA+MTw1Wv7aiJE2Y4a2/1FIWFAZN8T+2F6orp4pmP8adT1Cj16w/uAAP" +
  "u0BXz7+3lXcx2cdzv9Q7jbbcfXI/tviK1pVH3z/GXCb2M86MP7j/8jnPK3+/uIeaabnNtb/U" +
  "JCiF/q+pP7fWurYZGg4/xhivp8uLtT+5//luLwdyv7l4wlP26pe/1AvjCJw29j+4slyIWut3" +
  "P8XS92PK3OE/uwACYxawl7+6aMN28U5Lv9PywxaWzXw/uYs7ciostD/FiwyQZ61iP7wACGBP" +
  "WLG/u1ePPVrApL/T2Mv3ZxGfP7phPcfjG4g/xUD99VlFZT+9AAJsyk66v7xFE1vKxf6/074B" +
  "i1I28T+7NEcumRlwP8T02rits3M/vf/0srR/yr+9MUnwlmhEv9OiZnRPml8/vARG7bfyej/E" +
  "prJYP57KP78ACqmgW+C/vhxRIoemd7/ThfjtwTC7P7zRS/MG/1A/xFaUpmenKz+///q6j2Pe" +
  "v78F29FRhwa/02jERoemnD+9mwgbOGjaP8QEkcNFrfw/wH/6bsytqL+/7gyGHfDfv9NKxlpY" +
  "bAw/vmGPGJ1jej/DsLoZV3nUP8EAAzNDJxO/wGpy4Vyxmr/TLAC423YeP78k2KEfXj4/w1se" +
  "Vp6F3T/Bf/zaHEgRv8DdFwszlpu/0wx9M6xQ0T+/5Kqb5D8PP8MDz2klOcs/wf//PMpBjb/B" +
  "TwOsrIqov9LsOWLmdaM/wFCML6a0Jj/Cqt54CmRnP8J/99nHiSK/wcAj5d4jlL/Syz1r7gq9" +
  "P8Cs+14HXBo/wlBc3/5FOj/C//eh/Bqqv8IwgmFRQIO/0qmIf3ty1T/BB6d8iHQCP8H0XCw8" +
  "1tE/w4AFnXjhXr/CoCDYW4epv9KHHC5Ks2k/wWCNwxpl2T/Blu4TC75QP8QABJ9DGxq/ww7h" +
  "s90A7b/SZAP4SCZkP8G3kv4TZiY/wTgkbqx0QD/EgATgHZWhv8N8zwpSeaq/0kA/OxUdXT/C" +
  "DLvjMcnmP8DYETnj8Jc/xP/3qpOC3b/D6dhbQ5Fcv9Ib1euIRaI/wl/4rGrIrT/AdsaI7ZbK" +
  "P8WABjUkCL6/xFYcub6FUL/R9sAAU/UuP8KxXe94O+k/wBRWhhUjmz/F//8rGT+Bv8TBbpCY" +
  "s9K/0dEPjwWCQT/DAMahT6iXP79hptVmB8A/xoAIRGDm4b/FK+nWL6iDv9GqvWmnQEg/w05F" +
  "FnnrAj++mJ73wUw9P8b/+56ZqEa/xZVrdqL+Y7/Rg9jdx43fP8OZvaxgbWY/vc26Bw0oaj/H" +
  "gAgP/NSQv8X+Fn1v+by/0VxXn63ThD/D40dz5S0yP70BHJplrks/yAAGFI55wb/GZccOHvNt" +
  "v9E0Scy8vas/xCrHXHGz6D+8Mus+gZgOP8iABg9IfBe/xsyHN+ZEur/RC65gWXVXP8RwQxPi" +
  "b74/u2NKb7GL9D/JAATTUY12v8cyUSpuusO/0OKKaSQjLz/Es7VzvMA/P7qSXoxyUH8/yX//" +
  "0vINXL/Hlx/DCCVfv9C44tVy0o8/xPUaM3RI/j+5wEvPy8YgP8oABb+A8GC/x/r7bpblwb/Q" +
  "jrbsatZHP8U0dfU9C6Y/uO02RDPCDj/Kf/fe7Kjkv8hdyVgUmxy/0GQU+TOhqz/FcbdgxFqP" +
  "P7gZQb5Ywwg/yv//fe/VU7/Iv6Z/nephv9A481pHTo8/xazwMMIl0j+3RJHQYoEvP8t//maZ" +
  "MqW/ySB44HXZWr/QDWBSZ5PEP8XmEHOEKlI/tm9JxTMdWj/L//m0R1nzv8mAQc+5ID2/z8K8" +
  "vtkbNz/GHRltT8L8P7WZjJQRU34/zIAHVWjz7L/J3w71IrEyv89p1CF5wkI/xlITNmRvzT+0" +
  "w3zcaZCVP8z/+GAaeZ+/yjy7OkA5NL/PEC/UkL4yP8aE6gN9QTc/s+082eyFWj/Nf/l7vxSX" +
  "v8qZZRWq3iy/zrW5C0S2gj/Gta+S7I1XP7MW7mDYMa4/zgAIQCCbIL/K9Qghhq8Pv85aeZQg" +
  "SJ0/xuRiRU/rLD+yQLLSlFqMP86AAMCulDy/y0+IlDn2n7/N/pN5jeYAP8cQ9Y8mc4k/sWqr" +
  "Goo3Pj/PAANtUygDv8uo+24x92i/zaH35qOC4z/HO3WzasTAP7CU96NHCwo/z3/6SLivw7/M" +
  "AU9ZggfWv81Evx7+gJo/x2PcaYpWHj+vf3Cnz3ijP9AAAuszT66/zFiYxVXVcb/M5tm3Bs+G" +
  "P8eKNQgj9kM/rdYZC5EY6D/QP/yor4b+v8yut2wyRv+/zIhw1uGa0z/HrnPSxI6RP6wuJgUQ" +
  "/bA/0H/804mEt7/NA8Ka/lAov8wpcZosGDM/x9ClaQQdzz+qh9P0l8ZTP9C//x7Srde/zVey" +
  "x3eIHr/LyeqGkrUDP8fwyUKr+ec/qONeBLQrtD/RAAOoUVzav82qhnmD7eS/y2njmZcGtj/I" +
  "DuGw8SbbP6dA/hfum6s/0UAB86+cxb/N/DFoY7KLv8sJccVbjVo/yCrtpnMarD+loOzHO9jw" +
  "P9GAA7YSJQm/zky+ubprfr/KqI6QwkMcP8hE9IvL2l4/pANhUOWF/z/Rv/+moqFTv86cIZYh" +
  "1qK/ykdQImJ7BD/IXPX/i5COP6JokZgzwNY/0f/9LTRar7/O6mIqp1auv8nls0ftl5M/yHL4" +
  "h6tUKj+g0LIVjp6aP9I//PFM8Fq/zzeAIdRXyL/Jg77wZbhFP8iG//unDNg/nnfrrrhczD/S" +
  "f/4Lrm/Jv8+DeVwKyey/ySF8XmRRlT/ImQ/0JkUVP5tVHOa5LmU/0sABopen3r/Pzk5DVyJJ" +
  "v8i+8Z81YPM/yKks338OWz+YOVgRbzsZP9L//nJnYWq/0Av5r9oaD7/IXDTBl619P8i3WR6Z" +
  "8Kc/lST6ZSXDZT/TP/5IFTsgv9AwObRaaRi/x/k+Xfw/cj/Iw5vFIQAiP5IYXhaPti4/04AD" +
  "gSJXmr/QU+gfTBAxv8eWEmIf/Xk/yM35252d/D+OJ7SAxoUvP9PAAz7zkUG/0Hb+o+8lYL/H" +
  "MskwMyh6P8jWdsouVFg/iC+F2AlEsT/UAAFj+g4xv9CZf0k7nYi/xs9kPan+PD/I3RjBzTMx" +
  "P4JI0fcPbgc/1EADdAcQkr/Qu2zYeIlHv8Zr4liVlqY/yOHlybPsHj946GjSD6uGP9SAAMiA" +
  "8gC/0NzCodNSwr/GCFg9fSV0P8jk4wMgi8A/askJY3nnMj/UwABNl9LLv9D9hDd2akm/xaTC" +
  "WqvBPD/I5hbIDaxLP0A4qrBGlcI/1P/9k5dTn7/RHa9NEimEv8VBLrECTfA/yOWHGyxWDb9i" +
  "XaiVHAiNP9U///MEcV+/0T1HjWHyIb/E3ZjT6buZP8jjOg8YFQe/dDwz0IvSXD/VgALojqOG" +
  "v9FcSrgIBx6/xHoOspRfzz/I3zX8BWRHv38gEbAKRc0/1b/9cPTVkL/RerSitC9Cv8QWpRwo" +
  "WpI/yNmCUR1sWr+E7MF3AIYFP9X//bcNblO/0ZiMNRkGgb/Ds0y/dIMZP8jSJJjTphO/ijPU" +
  "qilfnz/WP/xcc5niv9G1zh1wHeS/w1AXp4BqWj/IySRWwBz5v49k2ZQgWeE/1n/9mhrH0r/R" +
  "0nx8jCRbv8LtBcaqkz8/yL6H3cXPH7+SP7bVlDhvP9a//W97k1O/0e6VwtbQqr/CiiOxEIb3" +
  "P8iyVt3iLVq/lMGaSJ2FpD/W//vwKoPkv9IKGkuQKcq/wid3ifX7HD/IpJibCekRv5c37BMN" +
  "QZo/1z/+EowhOr/SJQyDeHJZv8HE/9Vb5Pw/yJVTNrLWA7+ZooQuQ99GP9d/++oM3Hq/0j9p" +
  "cnNJfr/BYs7NObA3P8iEj/qTCq+/nAE9pFVEEj/XwAPxjtq4v9JZN1/uL0K/wQDUMHdh4T/I" +
  "clJd/sVWv55T9nlY+XM/1//9QfNcTL/Scmy/tNrqv8CfO+DbFHI/yF6pKpWqG7+gTUfYcs+i" +
  "P9hAAybHxGu/0osU0JQE87/APeHn+2HyP8hJk6yzO+m/oWp2mx3mBz/YgAPKkLF5v9KjKRmp" +
  "Td+/v7nOCFaggT/IMx8z9wKAv6KBevATCMw/2MAD6Wkv1b/Suqv9bsLqv774kuCOnC0/yBtS" +
  "Axhz47+jkkmsEhE9P9j//jW+XF+/0tGcLXT0Rb++OCzmPyzbP8gCNg5v4q6/pJzZDmarQT/Z" +
  "QAKqiXTNv9Ln/+yE5oa/vXh2iMZZ6D/H58zC8VRgv6WhILQQ0+0/2YAC4I796r/S/dK7ge3v" +
  "v7y5pTHmg5g/x8wjwtuxG7+mnxmYRn54P9nAAnUpS2u/0xMWjE1F0r+7+7ftzk26P8evQYkH" +
  "/sm/p5a+B0GfVT/aAALz5JDsv9MnzI6ucM2/uz6z1J5A2j/HkS1Nk/fqv6iICZ4hYGo/2j//" +
  "RYRhtr/TO/PcKpo/v7qCsUkX0AM/x3HxfHVmz7+pcvk9cA3YP9qAAofhKq6/00+Qp2rTEr+5" +
  "x5je7DWtP8dRkIoO9D6/qleLCHLvyD/awAFJqGyEv9NioCkcH4K/uQ2VA/bfYD/HMBglCR6S" +
  "v6s1vld6Ais/2v//L0zC4b/TdSRRU/0Bv7hUo6494n4/xw2OfrPzMb+sDZO2rVcOP9tAAMLz" +
  "cR6/04cfNmW2Sb+3nMA/cPvGP8bp+QYd/C6/rN8M2Df5wz/bgACnd+GAv9OYkCWXjKu/tuYC" +
  "XHZaqz/GxWKcFtZ4v62qLJKhbr8/27/9CH4U7b/TqXeLc+PDv7Ywdwnv0cw/xp/UWECNOr+u" +
  "bvbS5IATP9wAAPAIZ4O/07nZJyQbhr+1fAbCDkABP8Z5T5DmyKu/ry1wmmMKJz/cQAGGPlj4" +
  "v9PJswwHW1C/tMjXpCl5PD/GUeKVkDwiv6/ln/D4tkk/3H/8bGLDv7/T2QWsuwbsv7QW90Ie" +
  "Qtw/ximW5WCO/b+wS8XxS2SaP9zAAjSyogm/0+fV4ttnTr+zZj6kgz/+P8YAacTwOSu/sKGe" +
  "OLECAT/c//yqxfn5v9P2H4Nissu/srbxxsdGpj/F1nFCbSlGv7D0XUmBznU/3UAEDYAMZL/U" +
  "A+jviXXAv7II1L6oHis/xaulKD/6Tr+xRAgRcFEwP91//rDmRQC/1BEtoD8ELb+xXDOVgDic" +
  "P8WAHknZiJ6/sZCj75ZVTz/dv/4t/PTrv9Qd8lkKTeG/sLDki9HvpT/FU9hwJQbQv7HaNq2k" +
  "FaY/3f/9ijS7wr/UKjcW7mR8v7AG+tticLs/xSbehvCN5r+yIMZ+UGH7P94//dJkFcC/1DX9" +
  "GO3fCr+uvPKIpYmvP8T5N0z5YWO/smRZ9qGEgT/ef/839yZyv9RBRXQDfpG/rW7JOyzERT/E" +
  "yuoFZPEBv7Kk+AxJzWQ/3r/9oRvAD7/UTBCKZHJPv6wjmS+HHoI/xJwBCvv7hb+y4qgPD/P+" +
  "P97//zMTdW2/1FZgfmq6rr+q20w+iqmNP8RsfyXY/32/sx1xpx1EjT/fQAGRS4Vuv9RgNgBO" +
  "fpG/qZX3+5AfiT/EPG0/W+BKv7NVXM6Kv5I/34ADzRREKL/UaZIJ98FFv6hTqe1SEXQ/xAvT" +
  "Kyd1H7+zinHPpcXyP9/AAgBUW9m/1HJ1ON1m9L+nFH21SE90P8Pauvjvw3O/s7y5Pqa4ZD/f" +
  "//vabyqov9R64L/MYHK/pdh8Jb96Sj/DqSv1mZ7lv7PsO/fwnQg/4B//plEYyL/UgtePV5TF" +
  "v6SfaC5KAgs/w3ciJaFW2r+0GQMZ9YBkP+BAAZwLBVa/1IpZlXp+/b+jaXYmSPK7P8NEq1kl" +
  "abG/tEMYA3Ut2z/gX//CRQHbv9SRZyFj9bi/ojbTS3m4nz/DEdS1MLe+v7RqhE2TFHY/4H/+" +
  "hlEl/L/UmAJvM6vKv6EHWt6UfGs/wt6d2NXgG7+0j1HKF8pgP+CgAhB+rCW/1J4tcUX0db+f" +
  "tdgAVxQkP8KrBoXRz4S/tLGKfbu6vj/gv/9zduXUv9Sj50lJhFO/nWPkvmhcbz/CdybEsfAy" +
  "v7TROJ5uzDo/4N/+FxXuLr/UqTKbhOkHv5sYWuB9ul4/wkL48teoBL+07maN2qNAP+EAAX89" +
  "d2y/1K4RFuNGfr+Y0wTPNoQiP8IOfXNnCK6/tQke17NljT/hH/79jHtlv9SyglwPZ4O/lpSs" +
  "f/4DZD/B2cvlKb9Mv7UhbCxz5fA/4UAAr6Pucb/UtokXrdNNv5Rco2cnbnA/waTZofvzsb+1" +
  "N1lfuiN0P+Ff/3MzYYe/1Lolmykby7+SK29ftxLMP8FvuFXiiwu/tUrxYz9CPD/hf/9sRHuC" +
  "v9S9WaWAisO/kADNXu9vKj/BOmbr5Uqnv7VcP0VCDOQ/4Z//rpMrYb/UwCZXn1q7v4u5poeX" +
  "wyo/wQTsldT2Tr+1a04rvDJeP+G//7oSrlC/1MKM5tRjwb+HfxyzYhH8P8DPT7kLEee/tXgp" +
  "Uty+Gj/h4AFLRZ5Bv9TEjq/905m/g1HLYDBZyj/AmZLeZdDZv7WC3Ah7s2c/4gAAMjBvM7/U" +
  "xiy3nsjGv35kiNld6NE/wGPCZh3yQb+1i3GqpjutP+IgANMKSGy/1MdofeBN7r92P/eADwUv" +
  "P8At3CjzXt2/tZH1o1HPkT/iP/4hXgP8v9TIQxt5P3e/bG5jYlmTuD+/79uMXks7v7WWc2b+" +
  "nKc/4mAAaDPWXb/UyL4FW0B6v1kgp66D8KQ/v4PchgpqXr+1mPZw2Y7nP+KAAOgtTVC/1Mja" +
  "Vzxvaj84tsfFD1ZdP78X28nEtsq/tZmKRdba4D/in/8gO2oLv9TImWaMaWM/YobsvsqKsD++" +
  "q+SbasW9v7WYOldaloQ/4sAB6Rqdk7/Ux/xfg8RtP3DhmV2cgAo/vj/pNyGo4L+1lRI3fahA" +
  "P+Lf/8b7SUi/1McEterhHz94Y5gZLGIrP73UErYro1e/tZAdXw4CDj/i//85y07tv9TFs4kl" +
  "9TI/f8sDeF4wcD+9aFQO7fOzv7WJZ0ecJSo/4x/+AC4xy7/UxAowRvTHP4OLro9ea/E/vPy9" +
  "g3dcmL+1gPti6IerP+NAAO3Hv/2/1MIJn7dkwT+HJOKFGwvlP7yRR1B8duC/tXblGcfwqz/j" +
  "YAHOBCgwv9S/s3SqwpY/irBwBbIpwj+8Jg6H3KVLv7VrL8kN92M/43/+ibj8VL/UvQkwi7l1" +
  "P44uJv4KEkA/u7siGHkPJr+1XebAlPPaP+OgAZtNqEK/1LoLLDLGVj+Qz5mOykSiP7tQZsmG" +
  "NEO/tU8VQGZytT/jwADOa2Pov9S2u5JCLi4/koFBoNMhRj+65gY3RSMhv7U+xnfZH1Y/49//" +
  "EUomB7/Usxtmm9MGP5QsOgT/0oo/unv95/wIJb+1LQWC9HG6P+P//8Ham32/1K8rgBL75D+V" +
  "0LS/xH9LP7oSSdgKtsW/tRndaaQQjT/kH/7hHZwzv9Sq7ZZRSxI/l26DB7opBT+5qP4mGhIh" +
  "v7UFWR1VK6A/5D//+hdGdr/UpmJrkns7P5kF2PhK27A/uUAV3UhNtb+074N4Pu9EP+Rf/w1F" +
  "f6S/1KGLy/K/+D+aloqEu4wWP7jXpJP7uXW/tNhnOzfk+z/kf/6PkQ5Xv9ScapdLB/8/nCC+" +
  "JfICUT+4b6iC6Wc9v7TADw0S9VA/5KABcyP8a7/Ulv9/hWq6P52knpkoFQw/uAgePrZqJr+0" +
  "poV4qwbFP+TAALG/BQC/1JFM7HTmSj+fId7Qw+7sP7ehIlswqgW/tIvU7FPvQz/k4AEdByB7" +
  "v9SLUz/Lskc/oExgpzVKQT+3Oqrv9vJ6v7RwB7gaa7I/5P/+XzbrRr/UhRSCi7bmP6EEjkiZ" +
  "Ptk/ttTLRo18Wb+0UygNSEmJP+UgASr991m/1H6QLBHjtz+hua6I4bNDP7ZvbP9FAb+/tDU/" +
  "/Na43j/lQAHf2yQjv9R3yO7lP6k/omuaaWzYRT+2Cq1qOqbvv7QWWXcE4fQ/5V/+ctKnT7/U" +
  "cMB7dkFWP6MaTE2avuc/taaXqJmmPb+z9n5J+n+xP+WAAO5xbDO/1Gl1w4OwwT+jxf/EChpa" +
  "P7VDEQt7O3K/s9W4IXAEAT/ln/+YJc0qv9Rh7CJ6TN4/pG6FbajYNz+04DxhYvTIv7O0EIV/" +
  "WXY/5b/9/ipCzb/UWiP2i328P6UT9d5A8Ok/tH4S3gWQHr+zkZDaXKu1P+XgAFczB5m/1FId" +
  "VSdUzz+ltmu78AC7P7Qci9K697K/s25CX1MkGj/mAAFNYFXav9RJ2rIAh1Q/plXRGPVvuz+z" +
  "u7uJoMGyv7NKLi6NYPw/5iABLDgJy7/UQV0jDmIWP6byLWsFx/c/s1ukz+a3K7+zJV08O/o7" +
  "P+ZAAIe0fsy/1Dilpb0fbj+ni4l/mxPPP7L8SXT1fI+/sv/YVmyqyj/mYACnRjl/v9QvtP49" +
  "AIM/qCHxS54e6z+ynakZUu6Cv7LZqCRYZqg/5oAA5OMJS7/UJox0d4/gP6i1Z5qwMQ8/sj/I" +
  "8uQyBb+ystUmSDVzP+agAeLjd4e/1B0s8WAM0z+pRfVLeehZP7HiqkagsC2/sotntQijWz/m" +
  "v/4N9Lv7v9QTmTiNoTc/qdOH5bPCuj+xhmAXM5f5v7JjaAHbSUU/5t//6kBs6r/UCc82vP/p" +
  "P6peVBdEBa8/sSrO3AQYBr+yOt4WDWVXP+cAAO0B6mW/0//R8upP9z+q5kMwjIHNP7DQDBlg" +
  "qve/shHR0vUNJT/nIAIA1RXrv9P1ojYbsVw/q2tfm1Nq/D+wdhenMWJNv7HoSvGowFQ/50AB" +
  "EyPebb/T60G7l4yPP6vtp3dlYmo/sBz5l/WMir+xvlEDB0NIP+df/yXKtMq/0+CxQfIdKj+s" +
  "bSXRvaAPP6+JYlk17mi/sZPrb44GiT/nf/6Qkh92v9PV8QskfsQ/rOnqlD9FFj+u2nPySorx" +
  "v7FpIXdqrEI/55/+R7L4O7/TywJz3yoNP61j+CPF1t4/ri0xnFEWq7+xPfoybilyP+e//y8e" +
  "eam/07/mLvgeWz+t21hziJbwP62BmiUV3ni/sRJ8kCb90D/n4AGXPI0Fv9O0nRxToBo/rlAT" +
  "JRA+7T+s169SkPSvv7Dmr1fvADs/5///ae/Akr/TqSpmbFDEP67CGUCYpL4/rC+ULu5X4L+w" +
  "upkpDVcwP+ggAcUrUjK/052Lxn0F8D+vMZIqgbXVP6uJG4qiDpC/sI5Aetzv1j/oQAC9TU4/" +
  "v9ORxRPp70c/r55pFzg9az+q5HEnjiG5v7Bhq5z1TRA/6GABjIacvb/ThdVcPikpP7AEW3ss" +
  "j/I/qkF8OdfKT7+wNOC3Z7fUP+h//rXbNxC/03m/oy7ioT+wODhhh/4PP6mgWos6CzO/sAfl" +
  "yu4DqT/ooACGPHfjv9NtgbXuNE0/sGrcKEHykj+pAOQkhFYLv6+1gWJ5Lwo/6L//DtmCr7/T" +
  "YR+J043HP7CcPbRQufc/qGNCMS0MSr+vWu46bKASP+jgAALDrq6/01SX2CvpAD+wzGloVG05" +
  "P6fHWduEmf2/rwAdNqMjNz/pAADsv6l7v9NH7H0hSfQ/sPte+pIdPD+nLThpaT6Jv66lGSOg" +
  "9fM/6R//0lHAHL/TOx8ryUJFP7EpHy/Ew/Y/ppToG3p2XL+uSeyCbob2P+lAAdkK9Oa/0y4u" +
  "t7vXmj+xVbTkAdBxP6X+UTolbxy/re6hiQ/2Yj/pYAEE/WwXv9MhHm2lA5w/sYEbTmIoaz+l" +
  "aZBxvs6dv62TQiORFkE/6YAALSFLgr/TE+4IQlUEP7GrWgK9tXE/pNaYnr1wuL+tN9f0gpZa" +
  "P+mf/euYBlG/0wae+ZPWdj+x1HLN7SWoP6RFcC0KvZq/rNxsViIaoT/pv//lUEBTv9L5L74x" +
  "HlY/sfxwW+OvBT+jtf2s1c3Hv6yBCFrbubg/6eABbmCiNL/S66Md3s7qP7IjUDVzZRg/oyhW" +
  "Ivn9KL+sJbTOiyJZP+n//7aFdBu/0t37Iw7aQT+ySRKyPAuiP6KchUxOhtq/q8p6NwAqVT/q" +
  "IAGdWblDv9LQNbAEN3k/sm3DerkRDD+iEmyVnPwOv6tvYNVWIz4/6j//vp4VP7/SwlbCIA8Y" +
  "P7KRXaZ5UpM/oYorJWqP3r+rFHCmek6JP+pf/nojoc6/0rRdREA5Mj+ys+nJZ/ATP6EDrTXQ" +
  "Ari/qrmxZJao8T/qgAFX8lC4v9KmSG+NgpE/stVvA2VMwz+gfuNLtuemv6pfKoeZLwM/6qAA" +
  "3YOdSb/SmBxUZ8/dP7L16P8frbU/n/fWo7qAPL+qBONGr423P+rAAHcN8iC/0onYNvnnTz+z" +
  "FV7lCRQKP571a2GrC3+/qarimM45Hz/q4AESW75Iv9J7fG3eVd0/szPVFcTCcD+d9nqbrE7P" +
  "v6lRLzY6lys/6v/+fDIYOb/SbQuc+gPOP7NRSyyqLgw/nPsiRZe+mr+o98+ZEQAiP+sf/nVI" +
  "aSS/0l6D6K+n6z+zbcn7DorIP5wDMa1dZsq/qJ7J/tseiz/rQAFfuN64v9JP5djnHgo/s4lV" +
  "Epcxej+bDqMdhEZVv6hGJGkUBn0/62AAOGwnub/SQTVZytzgP7Oj6e40rpE/mh2oHF//Bb+n" +
  "7eSeyKrGP+uAANHv3bO/0jJwdgR+CD+zvZDxMhObP5kwEFjes+G/p5YQLRlM6T/rn/5CzEBH" +
  "v9IjmiVGFjk/s9ZJqSbBJz+YRfvFoh9wv6c+rGjiC+Y/68ABlRrqrb/SFK7jj6fnP7PuHl6h" +
  "Mw8/l18kK8zm37+m575vOQLFP+vf/mYW/hG/0gW1JA/vMj+0BQlE64GMP5Z73hCBYPm/ppFL" +
  "Jx0YrT/r//9UURxyv9H2qJqFT3o/tBsVcfBINz+Vm9i70Q98v6Y7V0HwNxE/7CAAxTdZPr/R" +
  "54udJNvtP7QwQ5T0heA/lL8pEipohL+l5ec9KqTpP+xAAN3TVxm/0dhfsl3d9j+0RJXS47IP" +
  "P5Pl1n/MGzC/pZD/YtDQDz/sYABAI3W2v9HJJTHd/Fg/tFgP+LbLwj+TD9cAzpmOv6U8o8sp" +
  "nl8/7H//GZBP5L/RudynXg/FP7RqtXn4/X0/kj0jpakK/r+k6NhdL1dLP+yf/vniQJ2/0aqF" +
  "8Zg5LD+0fIqAjFg6P5FtrIV/JSa/pJWg0Ed1dj/swAHgOO9yv9GbILSkaa4/tI2TQjh+oj+Q" +
  "oV9zBbr1v6RDAKyuThc/7N/+63IDf7/Ri7HQmSz4P7SdzlqkmQ0/j7DdY3WWZb+j8PtNLwwP" +
  "P+z//+pIOe2/0Xw1IgQArD+0rUQKFZZBP44lLICJTKm/o5+T34nCZT/tH/3sPsiyv9FsrphR" +
  "VUA/tLv0Gwkz/z+Mn/XgmmDNv6NOzWYqVwQ/7T//cITt1L/RXRueHgpUP7TJ5KwsmjA/iyDd" +
  "7852zL+i/qq4iLw3P+1f/o1yjny/0U1/owXOsj+01xZBe/HHP4moHuGf4jm/oq8uhN2tBz/t" +
  "f/9wqjsDv9E92SrXBqo/tOONtJ0yqj+INXo33yttv6JgW1B813s/7Z//FDT7o7/RLio6ydZG" +
  "P7TvTOewHPU/hskF0l/VLb+iEjN5hmbvP+2//qjI3oy/0R5yxr4Z3z+0+ldjThuRP4Vipkf5" +
  "bfW/ocS5Nzr1mT/t4AAmVz31v9EOslzf7QY/tQSwzKaB+j+EAjhvPN4Jv6F37puo+mo/7f/+" +
  "NQCbZr/Q/uwjDX2SP7UOWnXFtPE/gqfo48E52L+hK9WT+mQrP+4gAEktTGi/0O8c7gsHIT+1" +
  "F1mTe/t0P4FTWSvJ/du/oOBv6h0YJD/uQACUErtlv9DfSBsr030/tR+vZAJNFD+ABLmbhJaY" +
  "v6CVv0UKJDQ/7l//R1jvL7/Qz24QW/4eP7UnXvnF4Do/fXfyF6oRN7+gS8UqaJHhP+6AADgP" +
  "gZ+/0L+NYq1wDz+1LmwfP7wrP3rxw+4krX2/oAKC/s4myT/uoACm2Mt7v9Cvp+fLLYQ/tTTZ" +
  "COkHHz94dwRM5eXJv59z9A63ydU/7sAAWhO6YL/Qn74zo/zhP7U6qInZr10/dgeZ9/cEC7+e" +
  "5FbT8LP7P+7f/1j43Ri/0I/Qt84H5T+1P9173t0/P3OjZnDFLma/nlYwXcpzFT/u//++AzQA" +
  "v9B/3trlbA8/tUR6+E1vXT9xSiR5gpQev53JgoHmiDU/7yAB5rUSXb/Qb+jekFMlP7VIg7Xe" +
  "7Ho/bfditKGG1b+dPk7eIPSVP+8//fdw4Nu/0F/zHSkS/z+1S/mM0QAfP2lw/G6Q3Ba/nLSW" +
  "2OtYfj/vX/5OFtozv9BP+NdMg9I/tU7gWSuyUj9k/2Fxk+61v5wsW6RZrIY/74AARXb/Lr/Q" +
  "P/vJGz5VP7VROl8zV/c/YKK6FMkrU7+bpZ4+cN9xP++f/zm2ozC/0C/+rLqtqD+1UwnydEjA" +
  "P1i21khQAGu/myBfdCMj3z/vwAGqdsC5v9Af/qmNTDg/tVRSCJeA+D9QULV/NcW7v5qcn+GS" +
  "R68/79/+OaWSyr/QEADTFojeP7VVFOMvGBY/QCoVThYo0r+aGl/0+vWgP+/4AY6S0bC/0AP/" +
  "OHapVD+1VVFVOd37PyAH53uV5sK/mbmnGKO6WA==";

/**
 * Places x, each followed by its arctan and the factors of the 1st to the 5th.
 */
const ARCTAN_TABLE = arctanTable();

/** 2 ** -1074 to 2 ** 1023. */
function powersOfTwo() {
  const powers = new Float64Array(2098);
  for (let i = 0, next = 5e-324; i < 2098; i++, next *= 2) {
    powers[i] = next;
  }
  return powers;
}

/** The root of a whole number, rounded down. */
function wholeRoot(x) {
  let root = x;
  for (let next = x >> 1n; next < root;) {
    root = next;
    next = (root + x / root) >> 1n;
  }
  return root;
}

/** Computes EXP_TABLE, in multiples of 2**-128. */
function expTable() {
  let root = 2n << 128n;
  for (let i = 0; i < 7; i++) {
    root = wholeRoot(root << 128n);
  }
  const table = new Float64Array(256);
  for (let i = 0, exact = 1n << 128n; i < 256; i += 2) {
    const near = BigInt(Number(exact));
    table[i] = Number(near) * POWERS_OF_TWO[946];
    table[i + 1] = Number(((exact - near) << 128n) / near) * POWERS_OF_TWO[946];
    exact = (exact * root) >> 128n;
  }
  return table;
}

/** The bytes of a text in base 64. */
function bytesOf(text) {
  return new DataView(
    Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer,
  );
}

/** Computes LOG_TABLE and LOG2_TABLE; -log is nearly a multiple of 1 / unit. */
function logTable(text, logarithm, unit) {
  const offsets = bytesOf(text);
  const size = offsets.byteLength / 4;
  const table = new Float64Array(2 * size);
  for (let i = 0; i < size; i++) {
    BITS.setUint32(0, 0x3fe60000 + ((2 * i + 1) * 0x80000) / size);
    BITS.setUint32(4, 0);
    const near = 1 / BITS.getFloat64(0);
    const place = near < 1 ? 1.1102230246251565e-16 : 2.220446049250313e-16;
    const number = near + offsets.getInt32(4 * i) * place;
    table[2 * i] = number;
    table[2 * i + 1] = Math.round(-logarithm(number) * unit) / unit;
  }
  return table;
}

/** t + t**3 / 3 + ..., perhaps of alternate signs, in multiples of 2**-128. */
function sumOfOdd(t, alternate) {
  const t2 = alternate ? -t * t : t * t;
  let total = 0n;
  for (let k = 1n, term = t; term / k !== 0n; k += 2n) {
    total += term / k;
    term = (term * t2) >> 256n;
  }
  return total;
}

/** Computes POWER_TABLE, each logarithm of j / 256 from the one before. */
function powerTable() {
  const table = new Float64Array(384);
  let last = 256;
  let exact = 0n;
  for (let i = 0; i < 128; i++) {
    BITS.setUint32(0, 0x3fe69555 + (2 * i + 1) * 0x1000);
    BITS.setUint32(4, 0);
    const z = BITS.getFloat64(0);
    const j = z < 1 ? 2 * Math.round(128 / z) : Math.round(256 / z);
    const t = (BigInt(last - j) << 128n) / BigInt(last + j);
    exact = j === 256 ? 0n : exact + 2n * sumOfOdd(t, false);
    last = j;
    const near = Math.round(Number(exact) * POWERS_OF_TWO[989]);
    table[3 * i] = j / 256;
    table[3 * i + 1] = near / 8796093022208;
    table[3 * i + 2] =
      Number(exact - (BigInt(near) << 85n)) * POWERS_OF_TWO[946];
  }
  return table;
}

/** Computes ARCTAN_TABLE, each arctan from the one before. */
function arctanTable() {
  const places = bytesOf(ARCTAN_PLACES);
  const table = new Float64Array(1687);
  const one = 1n << 128n;
  let last = 0n;
  let angle = 0n;
  for (let i = 0; i < 241; i++) {
    const row = 7 * i;
    for (let j = 0; j < 5; j++) {
      table[row + (j > 0 ? j + 2 : 0)] = places.getFloat64(40 * i + 8 * j);
    }
    const x = BigInt(table[row] * 1152921504606846976) << 68n;
    angle += sumOfOdd(
      ((x - last) << 128n) / (one + ((x * last) >> 128n)),
      true,
    );
    last = x;
    table[row + 1] = Number(angle) * POWERS_OF_TWO[946];
    const slope = (one << 128n) / (one + ((x * x) >> 128n));
    table[row + 2] = Number(slope) * POWERS_OF_TWO[946];
  }
  return table;
}

/** a * b less their product as it is rounded, exactly. */
function productError(a, b, product) {
  const a0 = a * 134217729;
  const b0 = b * 134217729;
  const a1 = a0 - (a0 - a);
  const b1 = b0 - (b0 - b);
  const a2 = a - a1;
  const b2 = b - b1;
  return a2 * b2 - (product - a1 * b1 - a2 * b1 - a1 * b2);
}

/** a * b + c, rounded once; the size of a * b is 0 or from 1e-270 to 1e290. */
function fma(a, b, c) {
  const p = a * b;
  const near = c + p * 1.0000000000000002;
  // The product lies between these two, whichever way it is rounded.
  return near === c + p * 0.9999999999999998 ? near : fmaInDoubt(a, b, c);
}

/** The same, where the rounding of the product may count. */
function fmaInDoubt(a, b, c) {
  const p = a * b;
  const high = p + c;
  const added = high - p;
  const rest = p - (high - added) + (c - added);
  const error = productError(a, b, p);
  const low = rest + error;
  const part = low - rest;
  const lost = rest - (low - part) + (error - part);
  const near = high + low;
  const off = low - (near - high);
  const next = near + off * 1.0000000000000002;
  // Half way between two numbers, what is lost decides.
  const between = next - near === 2 * off;
  return between && (off > 0 ? lost > 0 : lost < 0) ? next : near;
}

/** The number, or the value where it is missing. */
function fill(x, value) {
  return x !== x ? value : x;
}

/** The number, or another in place of one. */
function replace(x, old, other) {
  return x === old ? other : x;
}

/** The number, null where it is missing: NaN is not looked up in a table. */
function known(x) {
  return x !== x ? null : x;
}

/** How many of the edges are at most the number. */
function steps(x, edges) {
  if (x !== x) {
    return x;
  }
  let count = 0;
  for (const edge of edges) {
    if (edge <= x) {
      count++;
    }
  }
  return count;
}

/** The natural logarithm. */
function log(x) {
  if (!(x > 0 && x < Infinity)) {
    return x === 0 ? -Infinity : x > 0 ? x : NaN;
  }
  if (x >= 0.9375 && x < 1.064697265625) {
    return logNearOne(x - 1);
  }
  let k = 0;
  if (x < 2.2250738585072014e-308) {
    x *= 4503599627370496;
    k = -52;
  }
  BITS.setFloat64(0, x);
  const high = BITS.getInt32(0) - 0x3fe60000;
  const z = x * POWERS_OF_TWO[1074 - (high >> 20)];
  k += high >> 20;
  const i = (high >> 12) & 254;
  const inverse = LOG_TABLE[i];
  const product = z * inverse;
  const r = product - 1 + productError(z, inverse, product);
  const w = k * 0.6931471805598903 + LOG_TABLE[i + 1];
  const hi = w + r;
  const r2 = r * r;
  let p = fma(r, -0.16667054827627667, 0.20000304511814496);
  p = fma(p, r2, fma(r, -0.2499999999622955, 0.33333333331825593));
  const lo = fma(k, 5.497923018708371e-14, w - hi + r);
  return fma(r * r2, p, fma(-0.5000000000000001, r2, lo)) + hi;
}

/** The natural logarithm of a number a little above or below 1, less 1. */
function logNearOne(r) {
  if (r === 0) {
    return 0;
  }
  const r2 = r * r;
  const r3 = r * r2;
  let a = fma(r, -0.24999999999998432, 0.3333333333333352);
  a = fma(r2, 0.19999999999320328, a);
  let b = fma(r, 0.14285715076560868, -0.16666666669929706);
  b = fma(r2, -0.12499997863982555, b);
  let c = fma(r, -0.10000486757818193, 0.11110712032936046);
  c = fma(r2, 0.09181994006195467, c);
  c = fma(r3, -0.08328363062289341, c);
  const y = fma(fma(c, r3, b), r3, a);
  const w = r * 134217728;
  const high = r + w - w;
  const half = high * high * -0.5;
  const hi = r + half;
  const lo = fma(-0.5 * (r - high), r + high, r - hi + half);
  return hi + fma(y, r3, lo);
}

/** The logarithm to base 2. */
function log2(x) {
  if (!(x > 0 && x < Infinity)) {
    return x === 0 ? -Infinity : x > 0 ? x : NaN;
  }
  if (x >= 0.9576029777526855 && x < 1.0442743301391602) {
    return log2NearOne(x - 1);
  }
  let k = 0;
  if (x < 2.2250738585072014e-308) {
    x *= 4503599627370496;
    k = -52;
  }
  BITS.setFloat64(0, x);
  const high = BITS.getInt32(0) - 0x3fe60000;
  const z = x * POWERS_OF_TWO[1074 - (high >> 20)];
  k += high >> 20;
  const i = (high >> 13) & 126;
  const inverse = LOG2_TABLE[i];
  const product = z * inverse;
  const r = product - 1 + productError(z, inverse, product);
  const t = r * 1.4426950407214463;
  const error = productError(r, 1.4426950407214463, t);
  const w = k + LOG2_TABLE[i + 1];
  const hi = w + t;
  const lo = w - hi + t + fma(r, 1.6751713164886512e-10, error);
  const r2 = r * r;
  let p = fma(r, 0.2885390073180969, -0.36067375954075914);
  p = fma(p, r2, fma(r, 0.4808983469629985, -0.7213475204444882));
  const q = fma(r, 0.2061202382173603, -0.2404693555628422);
  return fma(r2, fma(q, r2 * r2, p), lo) + hi;
}

/** The logarithm to base 2 of a number a little above or below 1, less 1. */
function log2NearOne(r) {
  if (r === 0) {
    return 0;
  }
  const t = r * 1.4426950407214463;
  const error = productError(r, 1.4426950407214463, t);
  const r2 = r * r;
  const r4 = r2 * r2;
  const p = fma(r, 0.48089834696298744, -0.7213475204444817);
  const hi = fma(p, r2, t);
  const rest = fma(r, 1.6751713164886512e-10, error);
  const lo = fma(p, r2, t - hi) + rest;
  let a = fma(r, 0.2885390081805197, -0.360673760222145);
  a = fma(fma(r, 0.2060992861022954, -0.24044917405728863), r2, a);
  let b = fma(r, 0.1603032746063156, -0.18033596705327856);
  b = fma(fma(r, 0.13046826811283835, -0.14483316576701266), r2, b);
  return hi + fma(fma(b, r4, a), r4, lo);
}

/** The logarithm to base 10. */
function log10(x) {
  if (!(x > 0 && x < Infinity)) {
    return log(x);
  }
  let k = -1023;
  if (x < 2.2250738585072014e-308) {
    x *= 18014398509481984;
    k = -1077;
  }
  BITS.setFloat64(0, x);
  const e = BITS.getInt32(0) >> 20;
  k += e;
  let z = x * POWERS_OF_TWO[2097 - e];
  if (k < 0) {
    k++;
    z *= 0.5;
  }
  const rest = k * 3.694239077158931e-13 + 0.4342944819032518 * log(z);
  return rest + k * 0.30102999566361177;
}

/** The natural logarithm of 1 + x. */
function log1p(x) {
  if (!(x > -1 && x < Infinity)) {
    return x === -1 ? -Infinity : x > 0 ? x : NaN;
  }
  const size = Math.abs(x);
  if (size < 1.862645149230957e-9) {
    return size < 5.551115123125783e-17 ? x : x - x * x * 0.5;
  }
  if (x > -0.2928934097290039 && x < 0.4142136573791504) {
    return log1pOf(x, 0, 0);
  }
  const whole = x < 9007199254740992 ? 1 + x : x;
  BITS.setFloat64(0, whole);
  const high = BITS.getInt32(0);
  const k = (high >> 20) - 1023;
  const lost = k > 0 ? 1 - (whole - x) : x - (whole - 1);
  const c = x < 9007199254740992 ? lost / whole : 0;
  const digits = high & 0xfffff;
  const above = digits < 0x6a09e ? 0 : 1;
  const f = whole * POWERS_OF_TWO[1074 - k - above] - 1;
  if (digits > 0 && digits < 0xffffd) {
    return log1pOf(f, k + above, c);
  }
  return log1pNearPower(f, k + above, c);
}

/** log(1 + f) + k * log(2) + c, for f from -0.3 to 0.42. */
function log1pOf(f, k, c) {
  const half = 0.5 * f * f;
  const s = f / (2 + f);
  const z = s * s;
  const z2 = z * z;
  const z4 = z2 * z2;
  let r = z2 * fma(z, 0.2857142874366239, 0.3999999999940942);
  r = fma(z, 0.6666666666666735, r);
  r = fma(z4, fma(z, 0.1818357216161805, 0.22222198432149784), r);
  r = fma(z4 * z2, fma(z, 0.14798198605116586, 0.15313837699209373), r);
  const part = s * (half + r);
  if (k === 0) {
    return f - (half - part);
  }
  const low = part + fma(k, 1.9082149292705877e-10, c);
  return k * 0.6931471803691238 - (half - low - f);
}

/** The same, where f is all but zero and k is not. */
function log1pNearPower(f, k, c) {
  const low = fma(k, 1.9082149292705877e-10, c);
  if (f === 0) {
    return k * 0.6931471803691238 + low;
  }
  const r = 0.5 * f * f * fma(-0.6666666666666666, f, 1);
  return k * 0.6931471803691238 - (r - low - f);
}

/** The square root. */
function sqrt(x) {
  return Math.sqrt(x);
}

/** The exponential. */
function exp(x) {
  return expOfSum(x, 0);
}

/** The exponential of high + low, where low is much the smaller. */
function expOfSum(high, low) {
  const size = Math.abs(high);
  if (!(size >= 5.551115123125783e-17 && size < 512)) {
    return expAtLimit(high, low);
  }
  const k = expCount(high) | 0;
  const rest = high + k * -0.005415212348111709;
  const r = fma(k, -1.2864023111638346e-14, rest) + low;
  const i = (k & 127) << 1;
  const scale = EXP_TABLE[i];
  const result = fma(scale, expPart(r, EXP_TABLE[i + 1]), scale);
  return result * POWERS_OF_TWO[1074 + (k >> 7)];
}

/** The whole number next to x times 128 / log(2). */
function expCount(x) {
  const count = x * 184.6649652337873;
  const near = count + 6755399441055744 - 6755399441055744;
  if (Math.abs(count - near) < 0.49999) {
    return near;
  }
  return fma(x, 184.6649652337873, 6755399441055744) - 6755399441055744;
}

/** (1 + tail) * exp(r) - 1, near 0. */
function expPart(r, tail) {
  const r2 = r * r;
  const p = fma(r, 0.16666666666665886, 0.49999999999996786);
  const q = fma(r, 0.008333335853059549, 0.0416666808410674);
  return fma(r2 * r2, q, fma(p, r2, tail + r));
}

/**
 * As expOfSum, where the answer is about 1, may overflow, or has fewer digits.
 */
function expAtLimit(high, low) {
  if (!(Math.abs(high) >= 512)) {
    return 1 + high;
  }
  if (!(Math.abs(high) < 1024)) {
    return high < 0 ? 0 : Infinity;
  }
  const k = expCount(high);
  const rest = fma(k, -0.005415212348111709, high);
  const r = fma(k, -1.2864023111638346e-14, rest) + low;
  const i = (k & 127) << 1;
  const scale = EXP_TABLE[i];
  const p = expPart(r, EXP_TABLE[i + 1]);
  const e = k >> 7;
  if (k < 0) {
    return expTiny(scale * POWERS_OF_TWO[2096 + e], p);
  }
  const result = fma(scale, p, scale);
  return e > 1024 ? Infinity : result * POWERS_OF_TWO[1073 + e] * 2;
}

/**
 * scale * (1 + p) over 2**1022, rounded once where it has fewer than 53 bits.
 */
function expTiny(scale, p) {
  const part = scale * p;
  const y = scale + part;
  if (y >= 1) {
    return y * 2.2250738585072014e-308;
  }
  const hi = 1 + y;
  const lo = 1 - hi + y + (scale - y + part);
  return (hi + lo - 1) * 2.2250738585072014e-308;
}

/** The exponential less 1. */
function expm1(x) {
  const size = Math.abs(x);
  if (!(size < 38.81622314453125)) {
    if (!(x <= 709.782712893384)) {
      return x > 0 ? Infinity : NaN;
    }
    if (x < 0) {
      return -1;
    }
  }
  if (size < 0.3465735912322998) {
    const half = x * (0.5 * x);
    return size < 5.551115123125783e-17
      ? x
      : x - fma(x, expm1Part(x, half), -half);
  }
  let k = x < 0 ? -1 : 1;
  if (!(size < 1.0397205352783203)) {
    k = Math.trunc(x * 1.4426950408889634 + 0.5 * k);
  }
  const hi = x - k * 0.6931471803691238;
  const lo = k * 1.9082149292705877e-10;
  const r = hi - lo;
  const c = hi - r - lo;
  const half = r * (0.5 * r);
  const e = fma(expm1Part(r, half) - c, r, -c) - half;
  if (k === -1) {
    return 0.5 * (r - e) - 0.5;
  }
  if (k === 1) {
    return r < -0.25 ? -2 * (e - (r + 0.5)) : 1 + 2 * (r - e);
  }
  if (k < 0 || k > 56) {
    const y = (1 - (e - r)) * POWERS_OF_TWO[1073 + k] * 2;
    return y - 1;
  }
  const least = POWERS_OF_TWO[1074 - k];
  const y = k < 20 ? 1 - least - (e - r) : r - (e + least) + 1;
  return y * POWERS_OF_TWO[1074 + k];
}

/** (x + x * x / 2 - expm1(x)) / x, near 0; half is x * x / 2. */
function expm1Part(x, half) {
  const half2 = half * half;
  let r = fma(half, -0.03333333333333313, 1);
  r = fma(half2, fma(half, -7.93650757867488e-5, 0.0015873015872548146), r);
  const last = fma(half, -2.0109921818362437e-7, 4.008217827329362e-6);
  r = fma(half2 * half2, last, r);
  const t = fma(-r, 0.5 * x, 3);
  return half * ((r - t) / fma(-x, t, 6));
}

/** The magnitude. */
function abs(x) {
  return Math.abs(x);
}

/** The square. */
function square(x) {
  return x * x;
}

/** The number with the other sign. */
function negative(x) {
  return -x;
}

/** The hyperbolic tangent. */
function tanh(x) {
  const size = Math.abs(x);
  if (!(size >= 2.7755575615628914e-17)) {
    return x;
  }
  let y = 1;
  if (size < 1) {
    const t = expm1(-2 * size);
    y = -t / (t + 2);
  } else if (size < 22) {
    y = 1 - 2 / (expm1(2 * size) + 2);
  }
  return x < 0 ? -y : y;
}

/** The inverse of the hyperbolic sine. */
function arcsinh(x) {
  const size = Math.abs(x);
  if (!(size >= 3.725290298461914e-9 && size < Infinity)) {
    return x;
  }
  const root = Math.sqrt(x * x + 1);
  let y = 0;
  if (size < 2.000001907348633) {
    y = log1p((x * x) / (root + 1) + size);
  } else if (size < 268435712) {
    y = log(1 / (root + size) + 2 * size);
  } else {
    y = log(size) + 0.6931471805599453;
  }
  return x < 0 ? -y : y;
}

/** The inverse of the tangent. */
function arctan(x) {
  const size = Math.abs(x);
  if (!(size >= 1.2904777690891933e-8)) {
    return x;
  }
  if (size < 0.0625) {
    const x2 = x * x;
    return fma(x * x2, arctanPart(x2), x);
  }
  let y = 1.5707963267948966;
  if (size < 1) {
    const row = 7 * (size * 256 + 4503599627370496 - 4503599627370512);
    const z = size - ARCTAN_TABLE[row];
    y = fma(arctanBeside(z, row), z, ARCTAN_TABLE[row + 1]);
  } else if (size < 5805361265115136) {
    const w = 1 / size;
    const product = size * w;
    const lack = 1 - product - productError(size, w, product);
    y = size < 16 ? arctanOfInverse(w, lack) : arctanOfSmallInverse(w, lack);
  }
  return x < 0 ? -y : y;
}

/** arctan(x) / x**3 - 1 / x**2, near 0; x2 is x * x. */
function arctanPart(x2) {
  let y = fma(x2, 0.07601836584380736, -0.09090424391727987);
  y = fma(x2, y, 0.11111109821886427);
  y = fma(x2, y, -0.14285714283953163);
  y = fma(x2, y, 0.19999999999998855);
  return fma(x2, y, -0.3333333333333333);
}

/**
 * The mean slope of arctan from the place in a row of the table to z beyond
 * it.
 */
function arctanBeside(z, row) {
  let y = fma(ARCTAN_TABLE[row + 6], z, ARCTAN_TABLE[row + 5]);
  y = fma(y, z, ARCTAN_TABLE[row + 4]);
  y = fma(y, z, ARCTAN_TABLE[row + 3]);
  return fma(y, z, ARCTAN_TABLE[row + 2]);
}

/** A right angle less arctan(w * (1 + lack)), for w from 1/16 to 1. */
function arctanOfInverse(w, lack) {
  const row = 7 * (w * 256 + 4503599627370496 - 4503599627370512);
  const z = fma(lack, w, w - ARCTAN_TABLE[row]);
  const low = fma(-arctanBeside(z, row), z, 6.123233995736766e-17);
  return 1.5707963267948966 - ARCTAN_TABLE[row + 1] + low;
}

/** A right angle less arctan(w * (1 + lack)), for w up to 1/16. */
function arctanOfSmallInverse(w, lack) {
  const w2 = w * w;
  const rise = w * w2 * arctanPart(w2);
  const high = 1.5707963267948966 - w;
  const low = 1.5707963267948966 - high - w + 6.123233995736766e-17;
  return low - lack * w - rise + high;
}

/** floor to a whole number of the same sign. */
function floor(x) {
  return Math.floor(x);
}

/** ceil to a whole number of the same sign. */
function ceil(x) {
  return Math.ceil(x);
}

/** trunc to a whole number of the same sign. */
function trunc(x) {
  return Math.trunc(x);
}

/**
 * The nearest whole number, an even one half way between two; the sign stays.
 */
function rint(x) {
  if (!(Math.abs(x) < 4503599627370496)) {
    return x;
  }
  return x < 0
    ? -(4503599627370496 - x - 4503599627370496)
    : x > 0
      ? x + 4503599627370496 - 4503599627370496
      : x;
}

/** One over the number. */
function reciprocal(x) {
  return 1 / x;
}

/** The number moved up a little, as it was before it was put into a bin. */
function nudged(x) {
  return x + (1e-8 + 1e-5 * Math.abs(x));
}

/** The sum of the magnitudes; 1 where it is less than `least`. */
function l1(least, vector) {
  let length = 0;
  for (const x of vector) {
    length += Math.abs(x);
  }
  return length < least ? 1 : length;
}

/** The root of the sum of the squares; 1 where it is less than `least`. */
function l2(least, vector) {
  let length = 0;
  for (const x of vector) {
    length += x * x;
  }
  length = Math.sqrt(length);
  return length < least ? 1 : length;
}

/** The greatest magnitude; 1 where it is less than `least`. */
function max(least, vector) {
  return largest(least, vector.map(Math.abs));
}

/** The greatest; 1 where it is less than `least`. */
function largest(least, vector) {
  const length = greatest(vector);
  return length < least ? 1 : length;
}

/** The first of the greatest numbers. */
function greatest(numbers) {
  return numbers[firstLargest(numbers)];
}

/**
 * The sum of the magnitudes in numpy's order; 1 where it is less than `least`.
 */
function l1Paired(least, vector) {
  const length = sum(vector.map(Math.abs));
  return length < least ? 1 : length;
}

/**
 * The root of the sum of the squares in numpy's order: even and odd places
 * apart, and of each eight the last first; 1 where it is less than `least`.
 */
function l2Paired(least, vector) {
  const n = vector.length;
  let even = 0;
  let odd = 0;
  for (let place = 0; place < n; place += 2) {
    const i = place < n - (n % 8) ? place + 6 - 2 * (place % 8) : place;
    even += vector[i] * vector[i];
    if (i + 1 < n) {
      odd += vector[i + 1] * vector[i + 1];
    }
  }
  const length = Math.sqrt(even + odd);
  return length < least ? 1 : length;
}

/** How many of the ascending numbers are less than x. */
function countBelow(numbers, x) {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (numbers[middle] < x) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

/** How many of the ascending numbers are at most x; all where x is NaN. */
function countUpTo(numbers, x) {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (x < numbers[middle]) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

/**
 * The share below a number: the mean of two interpolations between quantiles,
 * from below and from above, which differ where quantiles are equal.
 */
function quantile(x, quantiles, shares) {
  if (!(quantiles[0] < x && x < quantiles[quantiles.length - 1])) {
    return x !== x ? x : x <= quantiles[0] ? 0 : 1;
  }
  const i = countUpTo(quantiles, x);
  const j = countBelow(quantiles, x);
  if (i !== j) {
    return 0.5 * (shares[i - 1] + shares[j]);
  }
  const x0 = quantiles[i - 1];
  const x1 = quantiles[i];
  const y0 = shares[i - 1];
  const y1 = shares[i];
  const slope = (y1 - y0) / (x1 - x0);
  return 0.5 * (slope * (x - x0) + y0 - (slope * (x1 - x) - y1));
}

/** -1, 0 or 1. */
function sign(x) {
  return x > 0 ? 1 : x < 0 ? -1 : x === 0 ? 0 : x;
}

/** The Yeo-Johnson transform of one number. */
function yeoJohnson(x, exponent) {
  if (x !== x) {
    return x;
  }
  const side = x >= 0 ? 1 : -1;
  const y = side * x;
  const p = x >= 0 ? exponent : 2 - exponent;
  if (Math.abs(p) < 2.220446049250313e-16) {
    return side * log1p(y);
  }
  return (side * expm1(p * log1p(y))) / p;
}

/**
 * The Yeo-Johnson transform of one number, as scikit-learn had it up to 1.8.
 */
function yeoJohnsonByPower(x, exponent) {
  if (x !== x) {
    return x;
  }
  const side = x >= 0 ? 1 : -1;
  const y = side * x;
  const p = x >= 0 ? exponent : 2 - exponent;
  if (Math.abs(p) < 2.220446049250313e-16) {
    return side * log1p(y);
  }
  return (side * (power(y + 1, p) - 1)) / p;
}

/** The Box-Cox transform of one number. */
function boxCox(x, exponent) {
  if (!(x > 0)) {
    return x === 0 ? -Infinity : NaN;
  }
  return Math.abs(exponent) < 1e-19
    ? log(x)
    : expm1(exponent * log(x)) / exponent;
}

/** The number whose Yeo-Johnson transform is x. */
function yeoJohnsonInverse(x, exponent) {
  const side = x >= 0 ? 1 : -1;
  const y = side * x;
  const p = x >= 0 ? exponent : 2 - exponent;
  if (Math.abs(p) < 2.220446049250313e-16) {
    return side * (exp(y) - 1);
  }
  return side * (power(y * p + 1, 1 / p) - 1);
}

/** The number whose Box-Cox transform is x. */
function boxCoxInverse(x, exponent) {
  if (exponent === 0) {
    return exp(x);
  }
  const y = exponent * x;
  if (y < 1.79e308) {
    return exp(log1p(y) / exponent);
  }
  const size = Math.abs(x + 1 / exponent);
  return exp((log(size) + log(Math.abs(exponent))) / exponent);
}

/** x to the power of y; infinite where x is zero and y less. */
function power(x, y) {
  const size = Math.abs(x);
  if (y === 0 || x === 1) {
    return 1;
  }
  if (!(size > 0 && size < Infinity && Math.abs(y) < Infinity)) {
    return powerAtLimit(x, y);
  }
  if (x < 0) {
    const odd = Math.abs(y % 2);
    return odd === 1 ? -power(size, y) : odd === 0 ? power(size, y) : NaN;
  }
  if (!(Math.abs(y) < 9223372036854775808)) {
    return x > 1 === y > 0 ? Infinity : 0;
  }
  if (Math.abs(y) < 2.710505431213761e-20) {
    return 1;
  }
  return powerOf(x, y);
}

/** The same where one is zero, infinite or NaN. */
function powerAtLimit(x, y) {
  if (x === -1 && y === y) {
    return 1;
  }
  return x === 0 && y < 0 ? Infinity : Math.pow(x, y);
}

/** The same where both are positive. */
function powerOf(x, y) {
  let k = 0;
  if (x < 2.2250738585072014e-308) {
    x *= 4503599627370496;
    k = -52;
  }
  BITS.setFloat64(0, x);
  const top = BITS.getInt32(0) - 0x3fe69555;
  const z = x * POWERS_OF_TWO[1074 - (top >> 20)];
  k += top >> 20;
  const i = 3 * ((top >> 13) & 127);
  const inverse = POWER_TABLE[i];
  const zHigh = Math.fround(z);
  const r = zHigh * inverse - 1 + (z - zHigh) * inverse;
  const t1 = k * 0.6931471805598903 + POWER_TABLE[i + 1];
  const t2 = t1 + r;
  const half = -0.5 * r;
  const r2 = r * half;
  const hi = t2 + r2;
  let p = fma(r, 1.0000415263675542, -1.142909628459501);
  p = fma(p, r2, fma(r, -0.6666666663487739, 0.7999999995323976));
  p = fma(r2, p, fma(r, 0.5000000000000007, -0.6666666666666679));
  let lo = fma(k, 5.497923018708371e-14, POWER_TABLE[i + 2]) + (t1 - t2 + r);
  lo = lo + productError(half, r, r2) + (t2 - hi + r2);
  lo = fma(r * r2, p, lo);
  const result = hi + lo;
  const high = y * result;
  const low = fma(y, hi - result + lo, productError(y, result, high));
  return expOfSum(high, low);
}

/** 1 / (1 + exp(-x)). */
function expit(x) {
  return 1 / (1 + exp(-x));
}

/** 2 to the power of a number, by the steps of power. */
function exp2(x) {
  if (!(Math.abs(x) < 1100)) {
    return x < 0 ? 0 : x > 0 ? Infinity : NaN;
  }
  const high = x * 0.6931471805599453;
  const error = productError(x, 0.6931471805599453, high);
  return expOfSum(high, fma(x, 2.31904681384628e-17, error));
}

/** The nearest number of single precision. */
function single(x) {
  return Math.fround(x);
}

/** The exponential in single precision, by the steps of the C library. */
function expSingle(x) {
  if (!(x <= 88.72283172607422)) {
    return x > 0 ? Infinity : NaN;
  }
  if (x < -103.97207641601562) {
    return 0;
  }
  const count = x * 46.16624130844683;
  const k = rint(count);
  const r = count - k;
  const y = (1.6938359250920212e-6 * r + 0.00023459809789509004) * (r * r);
  const scale = ROOTS_OF_TWO[k & 31] * POWERS_OF_TWO[1074 + (k >> 5)];
  return Math.fround((y + (0.021660849396613134 * r + 1)) * scale);
}

/** 1 / (1 + exp(-x)) in single precision; -x counts for no more than `most`. */
function expitSingle(x, most) {
  const scale = expSingle(most < -x ? most : -x);
  return Math.fround(1 / Math.fround(1 + scale));
}

/** The exponentials of some numbers over their sum, in single precision. */
function softmaxSingle(numbers) {
  const most = greatest(numbers);
  const powers = numbers.map((x) => expSingle(Math.fround(x - most)));
  const whole = Math.fround(sumInOrder(powers));
  return powers.map((x) => Math.fround(x / whole));
}

/** The sum, from the first number to the last. */
function sumInOrder(numbers) {
  let whole = 0;
  for (const x of numbers) {
    whole += x;
  }
  return whole;
}

/** The exponential, by the steps of CatBoost on x86-64. */
function expByTable(x) {
  if (x <= -708.3964185322641) {
    return 0;
  }
  const k = rint((x > 710 ? 710 : x) * 2954.639443740597);
  if (k >= 2097152) {
    return Infinity;
  }
  const t = k * 0.0003384507717577858 - x;
  const y = (3.0000000027955394 - t) * (t * t) * 0.16666666685227835 - t + 1;
  return y * exp2(k / 2048);
}

/**
 * The exponentials of some numbers over their sum, by the steps of CatBoost.
 */
function softmaxByTable(numbers) {
  const most = greatest(numbers);
  const powers = numbers.map((x) => expByTable(x - most));
  // Four at a time are never zero.
  for (let i = 0; i < powers.length - (powers.length % 4); i++) {
    if (powers[i] < 2.2250738585072014e-308) {
      powers[i] = 2.2250738585072014e-308;
    }
  }
  const whole = sumInOrder(powers);
  return powers.map((x) => x / whole);
}

/**
 * The ordinate at x on the lines between the points; beyond them the nearest.
 */
function interpolated(x, xs, ys) {
  const i = countUpTo(xs, x) - 1;
  if (i < 0 || i === xs.length - 1 || xs[i] === x) {
    return ys[i < 0 ? 0 : i];
  }
  const slope = (ys[i + 1] - ys[i]) / (xs[i + 1] - xs[i]);
  return slope * (x - xs[i]) + ys[i];
}

/** The ordinate at x on the lines between the points, in single precision. */
function interpolatedSingle(x, xs, ys) {
  const i = Math.min(Math.max(countBelow(xs, x), 1), xs.length - 1);
  const rise = Math.fround(ys[i] - ys[i - 1]);
  const slope = Math.fround(rise / Math.fround(xs[i] - xs[i - 1]));
  const further = Math.fround(slope * Math.fround(x - xs[i - 1]));
  return Math.fround(further + ys[i - 1]);
}

/** The place of the first largest number. */
function firstLargest(numbers) {
  let place = 0;
  for (let i = 1; i < numbers.length; i++) {
    if (numbers[i] > numbers[place]) {
      place = i;
    }
  }
  return place;
}

/** The place of the last largest number. */
function lastLargest(numbers) {
  let place = 0;
  for (let i = 1; i < numbers.length; i++) {
    if (numbers[i] >= numbers[place]) {
      place = i;
    }
  }
  return place;
}

/**
 * The first number, in ascending order, at which half of the weight is
 * reached.
 */
function weightedMedian(numbers, weights) {
  const order = [...numbers.keys()].sort((i, j) => numbers[i] - numbers[j]);
  const half = 0.5 * sumInOrder(order.map((i) => weights[i]));
  let reached = 0;
  for (const i of order) {
    reached += weights[i];
    if (reached >= half) {
      return numbers[i];
    }
  }
  return numbers[order[order.length - 1]];
}

/** The exponentials of some numbers over their sum. */
function softmax(numbers) {
  const most = greatest(numbers);
  const powers = numbers.map((x) => exp(x - most));
  const whole = sumInOrder(powers);
  return powers.map((x) => x / whole);
}

/** The exponentials of some numbers less the logarithm of the sum of these. */
function softmaxOfLog(numbers) {
  const most = greatest(numbers);
  const whole = sumInOrder(numbers.map((x) => exp(x - most)));
  const less = log(whole) + most;
  return numbers.map((x) => exp(x - less));
}

/** Numbers over their sum, or all the same where that is zero. */
function normalized(numbers, otherwise) {
  const whole = sumInOrder(numbers);
  return numbers.map((x) => (whole === 0 ? otherwise : x / whole));
}

/** The exponentials of some numbers over their sum, added in numpy's order. */
function softmaxPaired(numbers) {
  const most = greatest(numbers);
  const powers = numbers.map((x) => exp(x - most));
  const whole = sum(powers);
  return powers.map((x) => x / whole);
}

/** As softmaxOfLog, added in numpy's order. */
function softmaxOfLogPaired(numbers) {
  const most = greatest(numbers);
  const whole = sum(numbers.map((x) => exp(x - most)));
  const less = log(whole) + most;
  return numbers.map((x) => exp(x - less));
}

/** Numbers over their sum, added in numpy's order, or all the same. */
function normalizedPaired(numbers, otherwise) {
  const whole = sum(numbers);
  return numbers.map((x) => (whole === 0 ? otherwise : x / whole));
}

/**
 * Numbers over their sum, in single precision, or all the same where it is
 * zero.
 */
function normalizedSingle(numbers, otherwise) {
  let whole = 0;
  for (const x of numbers) {
    whole = Math.fround(whole + x);
  }
  return numbers.map((x) => (whole === 0 ? otherwise : Math.fround(x / whole)));
}

/** The sum as numpy has it: eight sums side by side, of stretches up to 128. */
function sum(terms) {
  const n = terms.length;
  if (n > 128) {
    const half = Math.floor(n / 16) * 8;
    return sum(terms.slice(0, half)) + sum(terms.slice(half));
  }
  let total = terms[0];
  let next = 1;
  if (n >= 8) {
    const r = terms.slice(0, 8);
    for (next = 8; next < n - (n % 8); next++) {
      r[next % 8] += terms[next];
    }
    total = r[0] + r[1] + (r[2] + r[3]) + (r[4] + r[5] + (r[6] + r[7]));
  }
  for (; next < n; next++) {
    total += terms[next];
  }
  return total;
}

export {
  abs,
  arcsinh,
  arctan,
  boxCox,
  boxCoxInverse,
  ceil,
  exp,
  exp2,
  expByTable,
  expit,
  expitSingle,
  expm1,
  expSingle,
  fill,
  firstLargest,
  floor,
  fma,
  interpolated,
  interpolatedSingle,
  known,
  l1,
  l1Paired,
  l2,
  l2Paired,
  largest,
  lastLargest,
  log,
  log10,
  log1p,
  log2,
  max,
  negative,
  normalized,
  normalizedPaired,
  normalizedSingle,
  nudged,
  power,
  quantile,
  reciprocal,
  replace,
  rint,
  sign,
  single,
  softmax,
  softmaxByTable,
  softmaxOfLog,
  softmaxOfLogPaired,
  softmaxPaired,
  softmaxSingle,
  sqrt,
  square,
  steps,
  sum,
  tanh,
  trunc,
  weightedMedian,
  yeoJohnson,
  yeoJohnsonByPower,
  yeoJohnsonInverse,
};
